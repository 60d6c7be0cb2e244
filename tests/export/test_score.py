"""Counting what was right."""

import numpy as np
import pytest

from myoedge.export.score import Score, mean_of, rejection_of

LABELS = ("fist", "open", "rest")


def posterior(*best: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.asarray(np.eye(3)[list(best)] * 0.8 + 0.05)


def test_windows_classes_and_repetitions_are_counted_apart() -> None:
    score = Score()
    score.add("fist", LABELS, posterior(0, 0, 0, 1))
    score.add("open", LABELS, posterior(0, 0, 1, 0))
    row = score.to_json()
    assert row["windows"] == 8 and row["labels"] == 2
    assert row["accuracy"] == 0.5
    assert row["gesture_accuracy"] == 0.5
    f1_fist, f1_open = 2 * 3 / (6 + 4), 2 * 1 / (2 + 4)
    assert row["macro_f1"] == pytest.approx((f1_fist + f1_open) / 2, abs=1e-4)


def test_a_gesture_is_the_largest_mean_score_not_the_most_votes() -> None:
    score = Score()
    score.add("fist", LABELS, np.array([[0.9, 0.1, 0.0], [0.45, 0.55, 0.0], [0.45, 0.55, 0.0]]))
    assert score.to_json()["accuracy"] == pytest.approx(1 / 3, abs=1e-4)
    assert score.to_json()["gesture_accuracy"] == 1.0


def test_a_repetition_without_windows_counts_as_nothing() -> None:
    score = Score()
    score.add("fist", LABELS, np.zeros((0, 3)))
    assert score.windows == 0


def test_every_person_counts_once_in_the_mean() -> None:
    few, many = Score(), Score()
    few.add("fist", LABELS, posterior(0))
    many.add("fist", LABELS, posterior(*[1] * 99))
    assert mean_of([few.to_json(), many.to_json()])["accuracy"] == 0.5


def test_acceptance_is_told_for_right_and_wrong_decisions_apart() -> None:
    score = Score()
    score.add("fist", LABELS, posterior(0, 0, 1, 1), np.array([True, False, False, False]))
    assert rejection_of([score]) == {"right_accepted": 0.5, "wrong_accepted": 0.0}
    assert rejection_of([Score()]) == {"right_accepted": None, "wrong_accepted": None}
