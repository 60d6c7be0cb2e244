"""What int8 costs is counted against float, and a limit that breaks is named with its class."""

import numpy as np
import pytest

from myoedge.edge.errors import ParityError
from myoedge.export.exam import PROFILE, Answers
from myoedge.export.verdict import fault, macro_f1, refuse, verdicts

LABELS = ("rest", "fist")


def answers(wrong_rest: int, wrong_fist: int, each: int = 400) -> dict[str, Answers]:
    """Two people, both labels `each` times; so many of them are decided as the other."""
    truth = np.repeat(LABELS, each)
    decided = truth.copy()
    decided[:wrong_rest], decided[each : each + wrong_fist] = "fist", "rest"
    person = np.array(["anna", "ben"])[np.arange(2 * each) % 2]
    return {PROFILE: Answers(person, truth, decided)}


def test_the_same_answers_lose_nothing() -> None:
    found = verdicts(answers(4, 4), answers(4, 4))[PROFILE]
    assert (found.loss, found.agreement) == (0, 1)
    assert fault({PROFILE: found}, 0.5) is None


def test_macro_f1_is_the_mean_of_the_classes_and_people() -> None:
    one = Answers(np.array(["a"] * 4), np.array(["x", "x", "y", "y"]), np.array(["x", "y", "y", "y"]))
    assert macro_f1(one) == pytest.approx((2 / 3 + 4 / 5) / 2)
    both = Answers(np.array(["a"] * 4 + ["b"]), np.append(one.truth, "x"), np.append(one.decided, "x"))
    assert macro_f1(both) == pytest.approx((macro_f1(one) + 1) / 2)


def test_a_class_that_loses_more_than_two_points_is_named() -> None:
    found = verdicts(answers(0, 0), answers(0, 9))
    assert "fist loses 2.2 points of recall" in str(fault(found, 5))
    with pytest.raises(ParityError, match="fist loses") as met:
        refuse("onnx", found, 5)
    assert met.value.exit_code == 4


def test_the_mean_may_not_fall_by_more_than_asked() -> None:
    found = verdicts(answers(0, 0), answers(7, 7))
    assert fault(found, 2) is None
    assert "macro-F1 falls by 1.75 points" in str(fault(found, 0.5))


def test_a_class_of_few_windows_breaks_no_limit_by_itself() -> None:
    assert fault(verdicts(answers(0, 0, 40), answers(0, 1, 40)), 5) is None


def test_agreement_is_told_by_class() -> None:
    found = verdicts(answers(0, 0), answers(0, 40))[PROFILE]
    assert found.class_agreement == {"rest": 1.0, "fist": 0.9}
    assert found.worst_class[0] == "fist"
