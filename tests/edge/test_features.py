"""Features against the formulas written out plainly."""

import numpy as np
import pytest

from myoedge.edge.features import COUNTED_OVER, FEATURES, FLOOR, SHRINK, log_time_domain, tangent


def window(
    rows: int = 40, channels: int = 8, seed: int = 0
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    rng = np.random.default_rng(seed)
    mixed = rng.normal(size=(rows, channels)) @ rng.normal(size=(channels, channels))
    return np.asarray(mixed * 9 + 3, np.float32)


@pytest.mark.parametrize("shape", [(40, 8), (400, 16), (4, 1), (100, 3)])
def test_log_time_domain_is_mav_wl_zc_ssc(shape: tuple[int, int]) -> None:
    x = window(*shape).astype(float)
    want: list[list[float]] = [[], [], [], []]
    for channel in (x - x.mean(axis=0)).T:
        n = len(channel)
        steps = [channel[i + 1] - channel[i] for i in range(n - 1)]
        want[0].append(np.log(sum(abs(v) for v in channel) / n + FLOOR))
        want[1].append(np.log(sum(abs(s) for s in steps) + FLOOR))
        want[2].append(sum(channel[i] * channel[i + 1] < 0 for i in range(n - 1)) / (n - 1) * COUNTED_OVER)
        want[3].append(sum(steps[i] * steps[i + 1] < 0 for i in range(n - 2)) / (n - 2) * COUNTED_OVER)
    got = log_time_domain(window(*shape))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, np.concatenate(want), rtol=1e-4, atol=1e-5)


def test_tangent_is_the_logarithm_of_the_covariance() -> None:
    x = window()
    cov = np.cov(x.T.astype(float), bias=True)
    cov = (1 - SHRINK) * cov + np.eye(8) * (SHRINK * np.trace(cov) / 8 + FLOOR)
    got = tangent(x)
    log = np.zeros((8, 8))
    log[np.triu_indices(8)] = got / np.where(np.eye(8, dtype=bool), 1, np.sqrt(2))[np.triu_indices(8)]
    log = log + log.T - np.diag(np.diag(log))
    values, vectors = np.linalg.eigh(log)
    np.testing.assert_allclose((vectors * np.exp(values)) @ vectors.T, cov, rtol=1e-3, atol=0.05)
    assert np.linalg.norm(got) == pytest.approx(np.linalg.norm(log), rel=1e-6)  # the weights keep the metric


def test_turning_the_band_turns_the_tangent_values() -> None:
    i, j = np.triu_indices(8)
    place = {(a, b): k for k, (a, b) in enumerate(zip(i, j, strict=True))}
    x = window()
    turned = tangent(np.roll(x, 3, axis=1))
    moved = [place[min(p), max(p)] for p in (((a - 3) % 8, (b - 3) % 8) for a, b in zip(i, j, strict=True))]
    np.testing.assert_allclose(turned, tangent(x)[moved], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", sorted(FEATURES))
def test_a_value_depends_on_the_channels_that_are_said_of_it(name: str) -> None:
    of, channels_of = FEATURES[name]
    depends = channels_of(8)
    base = of(window())
    assert depends.shape == (len(base), 8)
    if name == "tangent":  # the logarithm mixes all channels a little: the map says whose entry a value is
        assert (depends.sum(axis=1) == np.where(np.equal(*np.triu_indices(8)), 1, 2)).all()
        return
    for channel in range(8):
        x = window()
        x[:, channel] = window(seed=5)[:, channel] * 4
        assert (~depends[:, channel] | (of(x) != base)).mean() > 0.95
        np.testing.assert_array_equal(of(x)[~depends[:, channel]], base[~depends[:, channel]])


@pytest.mark.parametrize("name", sorted(FEATURES))
@pytest.mark.parametrize("value", [0.0, 127.0, -1e-30])
def test_a_window_of_one_value_gives_numbers(name: str, value: float) -> None:
    assert np.isfinite(FEATURES[name][0](np.full((40, 8), value, np.float32))).all()
