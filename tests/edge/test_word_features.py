"""What is measured of a movement is what it says."""

from dataclasses import replace

import numpy as np
import pytest

from myoedge.edge.segment import Cut
from myoedge.edge.word_cells import CELLS, TOKENS, cells_of, even_weights, tokens_of, weights_of
from myoedge.edge.word_features import FRAMES, SPANS, resampled, rotation, see, smoothed

RNG = np.random.default_rng(0)


def movement(imu: bool = True, rows: int = 300) -> Cut:
    emg = RNG.normal(size=(rows, 8)).astype(np.float32) * 10
    side = RNG.normal(size=(rows // 4, 6)).astype(np.float32) if imu else None
    return Cut(emg, side, np.zeros(8, bool), 0, rows * 5_000_000, rows * 5_000_000, 0)


def test_a_steady_turn_integrates_to_its_angle() -> None:
    rate = np.zeros((50, 3))
    rate[:, 1] = 0.9  # 90 degrees in a second at 50 Hz
    assert rotation(rate, 50.0)[-1] == pytest.approx([0, 1, 0], abs=1e-6)


def test_turns_about_two_axes_do_not_just_add_up() -> None:
    rate = np.zeros((100, 3))
    rate[:50, 0], rate[50:, 1] = 0.9, 0.9
    last = rotation(rate, 50.0)[-1]
    assert np.linalg.norm(last) == pytest.approx(120 / 90, abs=1e-3)  # both quarter turns: 120 degrees
    assert last[2] == pytest.approx(last[0], abs=1e-3)


def test_shapes_do_not_depend_on_the_length() -> None:
    for rows in (60, 300, 500):
        seen = see(movement(rows=rows), 200.0, 50.0)
        assert seen.emg.shape == (SPANS * 36,)
        assert seen.emg_frames.shape == (FRAMES, 16)
        assert seen.imu is not None
        assert seen.imu.shape == (42,)


def test_twice_as_loud_shows_in_power_and_steps_alike() -> None:
    cut = movement()
    frames, louder = (see(replace(cut, emg=g * cut.emg), 200.0, 50.0).emg_frames for g in (1, 2))
    np.testing.assert_allclose(louder - frames, np.log(2), atol=0.1)


def test_without_an_imu_nothing_is_said_of_it() -> None:
    assert see(movement(imu=False), 200.0, 50.0).imu is None


def test_cells_average_what_lies_in_them() -> None:
    cut = movement(rows=CELLS * 5)
    cells = cells_of(cut, 50.0)
    magnitudes = np.abs(cut.emg).reshape(CELLS, 5, 8).mean(axis=1)
    np.testing.assert_allclose(cells.emg[:, 36:44], magnitudes, rtol=1e-5)


def test_tokens_overlap_and_every_cell_counts() -> None:
    weights = even_weights()
    assert weights.shape == (TOKENS, CELLS)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    assert ((weights > 0.01).sum(axis=0) >= 1).all()
    np.testing.assert_allclose(weights, weights_of(np.linspace(0, CELLS, TOKENS + 1)))


def test_correlated_channels_show_as_such() -> None:
    cut = movement()
    cut.emg[:, 1] = cut.emg[:, 0]
    emg, imu = tokens_of(cells_of(cut, 50.0))
    assert emg.shape == (TOKENS, 44)
    assert imu.shape == (TOKENS, 16)
    assert (emg[:, 16] > 0.9).all()  # channels 0 and 1
    assert (np.abs(emg[:, 17]) < 0.6).all()


def test_smoothing_and_resampling_keep_a_straight_line() -> None:
    line = np.arange(30.0)[:, None]
    np.testing.assert_allclose(smoothed(line)[2:-2], line[2:-2])
    np.testing.assert_allclose(resampled(line, 59)[:, 0], np.arange(59) / 2)
