"""Judging on repetitions that were held out."""

import numpy as np
import pytest

from myoedge.calibration.example import Example
from myoedge.calibration.fit import fit_head
from myoedge.calibration.heldout import (
    HALVES,
    STRAYS,
    HeldOut,
    apart_of,
    beyond,
    check_accept,
    confusion_of,
    held_out,
    judge,
)
from myoedge.edge.errors import UsageError
from myoedge.edge.head import Head

BLOCKS = ((0, 4),)
INSIDE = np.ones(2)


def example(label: str, repetition: int, at: float, rows: int = 20) -> Example:
    values = np.random.default_rng([repetition, int(abs(at) * 10)]).normal(at, 1.0, size=(rows, 4))
    return Example(label, repetition, values, np.ones((rows, 4), bool), np.ones(rows))


def test_no_fit_sees_what_it_is_tested_on() -> None:
    every = [example(label, r, at) for label, at in (("a", 0), ("b", 5)) for r in range(3)]
    seen: list[list[Example]] = []

    def spy(part: list[Example]) -> Head:
        seen.append(list(part))
        return fit_head(part, BLOCKS)

    tested = held_out(every, spy)  # type: ignore[arg-type]
    assert tested is not None and tested.whole
    assert len(tested.truth) == 3 * 2 * 20
    assert [sorted({e.repetition for e in part}) for part in seen[:3]] == [[1, 2], [0, 2], [0, 1]]
    assert [len(part) for part in seen[3:]] == [6]  # what the limits are measured in


def test_one_repetition_is_cut_in_time_with_a_gap_between() -> None:
    tested = held_out([example("a", 0, 0), example("b", 0, 5)], lambda part: fit_head(part, BLOCKS))
    assert tested is not None and not tested.whole
    assert len(tested.truth) == 2 * (20 - 3)


def test_labels_may_have_different_numbers_of_repetitions() -> None:
    every = [example("a", r, 0) for r in range(4)] + [example("b", 0, 5)]
    tested = held_out(every, lambda part: fit_head(part, BLOCKS))
    assert tested is not None
    assert set(tested.truth) == {0, 1}


def test_a_single_window_of_each_label_cannot_be_held_out() -> None:
    tested = held_out(
        [example("a", 0, 0, rows=1), example("b", 0, 5, rows=1)], lambda part: fit_head(part, BLOCKS)
    )
    assert tested is None
    temperature, thresholds, facts = judge(None)
    assert 0 < temperature < 1 and 0 < thresholds.score < 1
    assert facts == {"held_out": None}


def test_the_more_is_wrong_the_softer_the_posterior() -> None:
    def temperature(wrong: int) -> float:
        truth = np.r_[np.ones(wrong, np.intp), np.zeros(100 - wrong, np.intp)]
        return judge(HeldOut(np.tile([1.0, 2.0], (100, 1)), truth, ("a", "b"), 60, 2, INSIDE))[0]

    assert temperature(20) < temperature(5) < temperature(0)


def test_when_all_is_wrong_the_thresholds_do_not_come_from_it() -> None:
    distances = np.tile([5.0, 1.0], (30, 1))
    _, thresholds, facts = judge(HeldOut(distances, np.zeros(30, np.intp), ("a", "b"), 4, 2, INSIDE))
    assert thresholds.score == 0.5
    assert facts["held_out"]["accuracy"] == 0.0


def spread_of(steady: float, wild: float, repetitions: int = 2) -> HeldOut:
    """Two gestures, all decided right: one always near its mean, one not."""
    rng = np.random.default_rng(0)
    near = np.concatenate([rng.uniform(0, steady, 200), rng.uniform(0, wild, 200)])
    truth = np.repeat([0, 1], 200)
    distances = np.full((400, 2), 50.0)
    distances[np.arange(400), truth] = near
    inside = np.array([steady, wild]) / 2
    return HeldOut(distances, truth.astype(np.intp), ("a", "b"), 60, repetitions, inside)


@pytest.mark.parametrize("repetitions", [1, 2])
def test_a_gesture_done_always_alike_gets_a_narrower_threshold(repetitions: int) -> None:
    _, thresholds, _ = judge(spread_of(1.0, 4.0, repetitions))
    assert thresholds.distances[0] < thresholds.distance < thresholds.distances[1]
    alike = judge(spread_of(2.0, 2.0, repetitions))[1]
    assert np.allclose(alike.distances, alike.distance, rtol=0.05)


def test_the_more_is_asked_for_the_farther_and_the_more_repetitions_the_nearer_are_the_limits() -> None:
    shares = [beyond(2, accept) for accept in (0.5, 0.6, 0.9, 0.93, 0.95, 0.97, 0.999)]
    assert shares == sorted(shares) and shares[0] == STRAYS[2][0] and shares[-1] == STRAYS[2][-1]
    assert beyond(2, 0.95) > beyond(3, 0.95) > beyond(4, 0.95) == beyond(9, 0.95)


def test_of_one_repetition_the_halves_set_the_limit_and_of_more_what_was_fitted_on() -> None:
    one, two = (judge(spread_of(2.0, 2.0, n), 0.95)[1] for n in (1, 2))
    assert one.distance == pytest.approx(HALVES * 2.0 * 0.975, rel=0.05)
    assert two.distance == pytest.approx(beyond(2, 0.95) * 1.0)
    less = judge(spread_of(2.0, 2.0, 1), 0.8)[1]
    assert less.distance == pytest.approx(one.distance * beyond(2, 0.8) / beyond(2, 0.95))


def test_what_was_fitted_on_is_measured_from_its_own_label() -> None:
    every = [example(label, r, at) for label, at in (("a", 0), ("b", 5)) for r in range(2)]
    tested = held_out(every, lambda part: fit_head(part, BLOCKS))
    assert tested is not None and tested.repetitions == 2
    assert np.all((tested.inside > 0.5) & (tested.inside < 1.2))  # of 4 features, squared and divided by 4


def test_a_share_that_is_none_is_refused() -> None:
    for accept in (0.0, 0.3, 1.0, 95.0):
        with pytest.raises(UsageError, match=r"wanted 0.5 to 0.999"):
            check_accept(accept)
    assert check_accept(0.95) == 0.95


def test_confusion_counts_what_was_taken_for_what_and_apart_how_far_they_are() -> None:
    rng = np.random.default_rng(1)
    odds = np.concatenate([rng.normal(1.5, 1, 5000), rng.normal(-1.5, 1, 5000)])
    distances = np.stack([np.maximum(-odds, 0), np.maximum(odds, 0)], axis=1)
    tested = HeldOut(distances, np.repeat([0, 1], 5000).astype(np.intp), ("a", "b"), 10, 2, INSIDE)
    confusion = confusion_of(tested)
    assert confusion.sum(axis=1).tolist() == [5000, 5000] and abs(confusion[0, 0] / 5000 - 0.933) < 0.01
    apart = apart_of(tested)
    assert abs(apart[0, 1] - 3.0) < 0.1 and apart[0, 1] == apart[1, 0] and np.isnan(apart[0, 0])
