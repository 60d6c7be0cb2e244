"""What a wearer is told beyond the gesture's name."""

from myoedge.calibration.hints import how_to
from myoedge.calibration.verdict import KINDS, Verdict


def bad(kind: str, like: str = "") -> Verdict:
    return Verdict("fist", 0, False, ("said",), 1.0, 0.0, kinds=(kind,), like=like)


def test_the_first_try_with_a_hand_needs_none() -> None:
    assert how_to("fist", False, None) == ""


def test_without_the_hand_a_gesture_is_imagined_or_mirrored() -> None:
    assert "imagine" in how_to("fist", True, None) and "mirror" in how_to("fist", True, None)
    assert "imagine nothing" in how_to("rest", True, None)


def test_every_kind_of_fault_has_advice_for_the_second_try() -> None:
    assert all(how_to("fist", False, bad(kind, "pinch")) for kind in KINDS)
    assert "different from pinch" in how_to("fist", False, bad("alike", "pinch"))
