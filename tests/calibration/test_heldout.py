"""Judging on repetitions that were held out."""

import numpy as np

from myoedge.calibration.example import Example
from myoedge.calibration.fit import fit_head
from myoedge.calibration.heldout import HeldOut, held_out, judge
from myoedge.edge.head import Head

BLOCKS = ((0, 4),)


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
    assert [sorted({e.repetition for e in part}) for part in seen] == [[1, 2], [0, 2], [0, 1]]


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
        return judge(HeldOut(np.tile([1.0, 2.0], (100, 1)), truth, ("a", "b"), 60, True))[0]

    assert temperature(20) < temperature(5) < temperature(0)


def test_when_all_is_wrong_the_thresholds_do_not_come_from_it() -> None:
    distances = np.tile([5.0, 1.0], (30, 1))
    _, thresholds, facts = judge(HeldOut(distances, np.zeros(30, np.intp), ("a", "b"), 4, True))
    assert thresholds.score == 0.5
    assert facts["held_out"]["accuracy"] == 0.0
