"""Windows and gestures are counted as they were decided."""

import numpy as np

from myoedge.export.data.repetition import Repetition
from myoedge.export.supervised_score import Outcome, confusion, measures, outcomes, result

LABELS = ("a", "b", "c")


def repetition(person: str, label: str, number: int = 0) -> Repetition:
    return Repetition(person, "1", label, label, number, {}, {})


def rows() -> list[Outcome]:
    """Of `a` three windows, two right; of `b` two windows, none right; of `a` again none at all."""
    repetitions = [repetition("p", "a"), repetition("q", "b"), repetition("q", "a", 1)]
    scores = np.array([[5, 0, 0], [5, 0, 0], [0, 1, 0], [0, 0, 3], [0, 0.5, 1]], np.float32)
    return outcomes(repetitions, [3, 2, 0], [0, 1, 0], scores)


def test_a_gesture_is_the_largest_mean_probability() -> None:
    first, second = rows()
    assert (first.decided, first.windows) == (0, (2, 1, 0))
    assert (second.decided, second.windows) == (2, (0, 0, 2))


def test_one_sure_window_outweighs_two_unsure_ones() -> None:
    scores = np.array([[9, 0], [0, 0.1], [0, 0.1]], np.float32)
    (row,) = outcomes([repetition("p", "a")], [3], [0], scores)
    assert row.decided == 0
    assert row.windows == (1, 2)


def test_measures_are_shares_of_what_was_tested() -> None:
    found = measures(rows(), 3)
    assert (found["windows"], found["gestures"]) == (5, 2)
    assert (found["window_accuracy"], found["gesture_accuracy"]) == (0.4, 0.5)
    assert found["balanced_accuracy"] == (2 / 3 + 0) / 2
    assert found["macro_f1"] == (2 * 2 / (3 + 2) + 0) / 2
    window, gesture = confusion(rows(), 3)
    assert window.tolist() == [[2, 1, 0], [0, 0, 2], [0, 0, 0]]
    assert gesture.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_people_and_gestures_have_lines_of_their_own() -> None:
    row = result(rows(), LABELS)
    assert {name: one["window_accuracy"] for name, one in row["people"].items()} == {"p": 2 / 3, "q": 0.0}
    assert row["gestures"]["c"] == {"window_recall": None, "gesture_recall": None}
    assert row["repetitions"][1] == {
        "person": "q", "session": "1", "label": "b", "number": 0, "decided": "c", "windows": 2, "right": 0,
    }  # fmt: skip
