"""What a head can and cannot be fitted to."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from myoedge.calibration.covariance import Prior
from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.example import Example
from myoedge.calibration.fit import MORE_WEIGHT, RIDGE, fit, fit_head
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import FormatError, MismatchError, UsageError
from myoedge.edge.head import head_from_json
from myoedge.edge.stream import StreamSpec

BLOCKS = ((0, 32), (32, 68))


@pytest.fixture(scope="module")
def examples(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_stretches: Callable[..., list[Stretch]]
) -> list[Example]:
    embedder = StreamEmbedder(classic, None, specs)
    return [e for stretch in make_stretches(3) for e in embedder.examples(stretch)]


def right(head: object, examples: list[Example], used: object = None) -> float:
    """Share of windows decided right."""
    shares = []
    for e in examples:
        best = head.distances(e.embeddings, used).argmin(axis=1)  # type: ignore[attr-defined]
        shares.append((np.array(head.labels)[best] == e.label).mean())  # type: ignore[attr-defined]
    return float(np.mean(shares))


def test_one_repetition_of_any_labels_is_enough(examples: list[Example]) -> None:
    fitted = fit([e for e in examples if e.repetition == 0], BLOCKS)
    assert fitted.head.labels == ("fist", "hand open", "rest", "wrist flexion")
    assert right(fitted.head, [e for e in examples if e.repetition > 0]) > 0.95
    assert fitted.facts["held_out"]["by"] == "part of a repetition"


def test_the_same_windows_give_the_same_head(examples: list[Example]) -> None:
    assert fit(examples, BLOCKS).head.to_json() == fit(examples[::-1], BLOCKS).head.to_json()


def test_a_head_survives_its_file(examples: list[Example]) -> None:
    head = fit(examples, BLOCKS).head
    assert right(head_from_json(head.to_json()), examples) == right(head, examples)


def test_a_label_with_no_data_is_named(examples: list[Example]) -> None:
    empty = [e.part(slice(0, 0)) if e.label == "fist" else e for e in examples]
    with pytest.raises(FormatError, match="fist"):
        fit(empty, BLOCKS)


def test_a_single_label_is_refused(examples: list[Example]) -> None:
    with pytest.raises(UsageError, match="two or more"):
        fit([e for e in examples if e.label == "fist"], BLOCKS)
    with pytest.raises(UsageError):
        fit([], BLOCKS)


def test_windows_that_hold_nan_are_left_out_and_counted(examples: list[Example]) -> None:
    broken = list(examples)
    values = broken[0].embeddings.copy()
    values[:5, 3] = np.nan
    values[5, 40] = np.inf
    broken[0] = replace(broken[0], embeddings=values)
    fitted = fit(broken, BLOCKS)
    assert fitted.facts["left_out"] == 6
    assert np.isfinite(fitted.head.means).all()


def test_a_label_of_nan_only_is_named(examples: list[Example]) -> None:
    broken = [
        replace(e, embeddings=np.full_like(e.embeddings, np.nan)) if e.label == "rest" else e
        for e in examples
    ]
    with pytest.raises(FormatError, match="rest"):
        fit(broken, BLOCKS)


def test_a_dead_channels_features_say_nothing_even_when_it_comes_back(examples: list[Example]) -> None:
    dead = np.zeros(68, bool)
    dead[[0, 8, 16, 24]] = True
    blind = [replace(e, used=e.used & ~dead) for e in examples]
    head = fit(blind, BLOCKS).head
    assert right(head, examples) > 0.95
    wild = [replace(e, embeddings=np.where(dead, 50.0, e.embeddings)) for e in examples]
    assert right(head, wild) == right(head, examples)


def test_without_the_networks_block_the_rest_of_the_head_still_decides(examples: list[Example]) -> None:
    blocks = (*BLOCKS, (68, 84))
    rng = np.random.default_rng(3)
    wide = [
        Example(
            e.label,
            e.repetition,
            np.hstack([e.embeddings, rng.normal(size=(len(e), 16))]),
            np.ones((len(e), 84), bool),
            e.levels,
        )
        for e in examples
    ]
    used = np.arange(84) < 68
    assert right(fit(wide, blocks).head, wide, used) > 0.95
    without = [replace(e, used=e.used & used) for e in wide]
    assert right(fit(without, blocks).head, wide, used) > 0.95


def test_rejection_lets_about_nineteen_in_twenty_right_decisions_through(examples: list[Example]) -> None:
    fitted = fit(examples, BLOCKS)
    head, limits = fitted.head, fitted.thresholds
    distances = np.concatenate([head.distances(e.embeddings) for e in examples])
    posterior = head.posterior(distances, 68)
    through = (distances.min(axis=1) <= limits.distance) & (posterior.max(axis=1) >= limits.score)
    assert 0.9 < through.mean() <= 1.0
    strange = np.random.default_rng(4).normal(size=(100, 68)) * 20
    assert (head.distances(strange).min(axis=1) > limits.distance).all()


def other_people(examples: list[Example], between: float = 0.0) -> Prior:
    rows = [e.embeddings - e.embeddings.mean(axis=0) for e in examples]
    pooled = np.concatenate(rows).astype(np.float64)
    within = tuple(pooled[:, a:b].T @ pooled[:, a:b] / len(pooled) for a, b in BLOCKS)
    return Prior(within, tuple(between * np.eye(b - a) for a, b in BLOCKS))


def test_a_prior_helps_where_one_short_repetition_misleads(examples: list[Example]) -> None:
    few = [e.part(slice(0, 3)) for e in examples if e.repetition == 0]
    prior, later = other_people(examples), [e for e in examples if e.repetition > 0]
    assert right(fit(few, BLOCKS, prior).head, later) >= right(fit(few, BLOCKS).head, later)


def test_what_repetitions_stray_is_added_the_more_the_fewer_were_shown(examples: list[Example]) -> None:
    def added(shown: int) -> float:
        some = [e for e in examples if e.repetition < shown]
        with_it, without = (fit_head(some, BLOCKS, other_people(examples, between)) for between in (1.0, 0.0))
        more = with_it.covariances[1] - without.covariances[1]
        return float((np.diag(more) * with_it.spread[32:] ** 2).mean()) / (1 + RIDGE)

    # of one repetition 2 B; of n the wearer's own shows (n - 1) / n of it and other people's none
    assert added(1) == pytest.approx(2.0, rel=1e-6)
    assert added(3) == pytest.approx((1 - MORE_WEIGHT) * 2 / 3 + MORE_WEIGHT * (1 + 1 / 3), rel=1e-6)


def test_a_gesture_that_strays_along_what_other_people_stray_along_is_still_known() -> None:
    """One repetition varies by 0.1 each way; those of other people move along the first axis."""
    rng = np.random.default_rng(5)
    centres = {"rest": np.array([0.0, 0.0]), "fist": np.array([2.0, 2.0])}
    shown = [
        Example(name, 0, at + 0.1 * rng.normal(size=(20, 2)), np.ones((20, 2), bool), np.ones(20))
        for name, at in centres.items()
    ]
    within = (0.01 * np.eye(2),)
    moved = np.array([[1.6, 0.3]])  # rest, done otherwise: nearer to fist by the plain distance
    plain = fit_head(shown, ((0, 2),), Prior(within, (np.zeros((2, 2)),)))
    knows = fit_head(shown, ((0, 2),), Prior(within, (np.diag([1.0, 0.0]),)))
    labels = np.array(knows.labels)
    assert labels[knows.distances(moved).argmin(axis=1)].tolist() == ["rest"]
    assert plain.distances(np.array([[1.8, 0.3]])).argmin(axis=1) == list(labels).index("fist")


def test_a_prior_of_another_bundle_is_refused(examples: list[Example]) -> None:
    wrong = (np.eye(32), np.eye(20))
    with pytest.raises(MismatchError):
        fit(examples, BLOCKS, Prior(wrong, wrong))


def test_the_level_runs_from_rest_to_the_strongest_gesture(examples: list[Example]) -> None:
    level = fit(examples, BLOCKS).level
    assert level.rest < 2 < level.full
    without_rest = fit([e for e in examples if e.label != "rest"], BLOCKS).level
    assert 0 <= without_rest.rest < without_rest.full


def test_contractions_weaker_than_rest_still_give_a_scale(examples: list[Example]) -> None:
    upside_down = [replace(e, levels=np.full(len(e), 9.0 if e.label == "rest" else 3.0)) for e in examples]
    level = fit(upside_down, BLOCKS).level
    assert level.rest < level.full


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 4), st.integers(1, 3), st.integers(1, 12), st.integers(0, 2**16))
def test_any_numbers_give_a_head_that_can_be_saved(
    labels: int, repetitions: int, rows: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)

    def values() -> NDArray[np.float64]:
        return np.asarray(rng.normal(size=(rows, 6)) * rng.choice([0, 1e-6, 1, 1e4]))

    made = [
        Example(f"g{k}", r, values(), np.ones((rows, 6), bool), rng.random(rows))
        for k in range(labels)
        for r in range(repetitions)
    ]
    fitted = fit(made, ((0, 2), (2, 6)))
    head = head_from_json(fitted.head.to_json())
    assert np.isfinite(head.distances(made[0].embeddings)).all()
    assert 0 < fitted.head.temperature <= 1
