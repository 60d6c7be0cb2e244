"""People are examined on what the network never learned from, and calibrate on their first repetition."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from myoedge.export.data.repetition import Repetition
from myoedge.export.exam import PROFILE, SCORES, Exam, Person, drawn, exam_of_fold
from myoedge.export.supervised_data import FoldData, Part

Array = NDArray[np.float32]
LABELS = ("fist", "rest")


class Seen:
    """Says the first value of the input: as a score of `rest`, and as the embedding."""

    name = "seen"

    def __call__(self, inputs: Mapping[str, Array]) -> tuple[Array, Array]:
        value = inputs["emg"][0, 0]
        return np.array([0.0, value[0]], np.float32), value


def person(truth: list[str], values: list[float], repetition: list[int]) -> Person:
    rng = np.random.default_rng(0)
    emg = rng.normal(0, 0.1, (len(truth), 2, 2)).astype(np.float32)
    emg[:, 0, 0] += np.array(values, np.float32)
    closed = np.zeros((len(truth), 0), np.float32)
    return Person("anna", {"emg": emg}, closed, np.array(truth), np.array(repetition))


def test_own_scores_judge_only_labels_that_the_network_knows() -> None:
    exam = Exam({}, (person(["rest", "wave", "fist"], [1, 1, -1], [0, 0, 0]),), LABELS, None)
    found = exam(Seen())
    assert found[SCORES].truth.tolist() == ["rest", "fist"]
    assert found[SCORES].decided.tolist() == ["rest", "fist"]
    assert PROFILE not in found  # nobody has a second repetition


def test_a_profile_is_fitted_on_the_first_repetition_and_tested_on_the_others() -> None:
    each = 12
    truth = ["rest"] * each + ["wave"] * each
    values = [1.0] * each + [-1.0] * each
    turned = [-1.0] * each + [1.0] * each  # from the second repetition on all is the other way round
    one = person(truth * 2, values + turned, [0] * (2 * each) + [1] * (2 * each))
    found = Exam({}, (one,), LABELS, None)(Seen())[PROFILE]
    assert len(found.truth) == 2 * each
    assert set(found.decided[found.truth == "rest"]) == {"wave"}


def test_calibration_windows_are_those_trained_on_and_the_test_is_examined() -> None:
    arrays = {"emg": np.arange(40, dtype=np.float32).reshape(20, 1, 2)}
    made = [Repetition(f"p{i}", "", LABELS[i % 2], "", 0, {}, {}) for i in range(4)]

    def part(at: slice, repetitions: list[Repetition]) -> Part:
        truth = np.array([LABELS.index(one.label) for one in repetitions])
        rows = np.arange(20)[at]
        return Part(tuple(repetitions), (5, 5), truth, rows, np.repeat(truth, 5))

    train, test = part(slice(0, 10), made[:2]), part(slice(10, 20), made[2:])
    exam = exam_of_fold(FoldData(LABELS, arrays, train, train, test), 6)
    assert len(exam.calibration["emg"]) == 6
    assert exam.calibration["emg"].max() < arrays["emg"][10].min()
    assert [one.name for one in exam.people] == ["p2", "p3"]
    np.testing.assert_array_equal(exam.people[1].inputs["emg"], arrays["emg"][15:20])
    assert exam.windows == 10


def test_the_same_windows_are_drawn_each_time() -> None:
    rows = np.arange(50)
    np.testing.assert_array_equal(drawn(rows, 8), drawn(rows, 8))
    assert len(set(drawn(rows, 8).tolist())) == 8
    assert drawn(rows[:3], 8).tolist() == [0, 1, 2]
