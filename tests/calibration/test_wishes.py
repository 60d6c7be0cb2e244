"""What the wearer presses."""

from myoedge.calibration.wishes import Wishes


def test_wishes_come_out_once_in_order() -> None:
    wishes = Wishes()
    wishes("redo")
    wishes("pause")
    assert list(wishes.take()) == ["redo", "pause"]
    assert list(wishes.take()) == []


def test_it_is_attended_until_the_last_hand_is_gone() -> None:
    wishes = Wishes()
    assert not wishes.attended
    with wishes.hand():
        with wishes.hand():
            assert wishes.attended
        assert wishes.attended
    assert not wishes.attended
