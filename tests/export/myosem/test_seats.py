"""How one band sits against another is found from the actions they share."""

import numpy as np

from myoedge.export.myosem.ring import STRAIGHT
from myoedge.export.myosem.seats import find_seats, seat_of
from myoedge.export.myosem.split import split
from myoedge.export.myosem.union import Union
from tests.export.myosem.conftest import TURNED


def test_a_turned_and_mirrored_band_is_found(union: Union) -> None:
    seats = find_seats(union, split(union, "rand"))
    one, other = seat_of(seats, "a", "p0"), seat_of(seats, "b", "p0")
    assert (
        one.mirrored != other.mirrored
    )  # against each other; which of the two is straight is nobody's to say
    straight, moved = (one, other) if not one.mirrored else (other, one)
    expected = (straight.turn + TURNED.turn) % 1 if straight is one else (straight.turn - TURNED.turn) % 1
    assert abs(np.angle(np.exp(2j * np.pi * (moved.turn - expected)))) < 0.5


def test_somebody_unknown_sits_as_the_others_of_the_set(union: Union) -> None:
    seats = find_seats(union, split(union, "rand"))
    assert seat_of(seats, "b", "stranger").mirrored == seat_of(seats, "b", "p1").mirrored
    assert seat_of({}, "c", "stranger") == STRAIGHT
