"""Whether a repetition looks like another gesture."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.likeness import Likeness

Emg = Callable[..., NDArray[np.float32]]
NONE: frozenset[int] = frozenset()


def test_different_gestures_are_like_none_other_whatever_the_unit(make_emg: Emg) -> None:
    for scale in (1.0, 1e-5):
        likeness = Likeness(200.0)
        for label in ("rest", "fist", "hand open", "wrist flexion"):
            for repetition in (0, 1):
                samples = make_emg(label, 2.0, repetition) * scale
                assert likeness(label, repetition, samples, NONE) is None


def test_a_stronger_one_of_the_same_shape_is_still_alike(make_emg: Emg) -> None:
    likeness = Likeness(200.0)
    assert likeness("fist", 0, make_emg("fist", 2.0), NONE) is None
    assert likeness("pinch", 0, make_emg("fist", 2.0, 5) * 1.3, NONE) == "fist"


def test_done_over_it_replaces_itself(make_emg: Emg) -> None:
    likeness = Likeness(200.0)
    likeness("fist", 0, make_emg("fist", 2.0), NONE)
    assert likeness("pinch", 0, make_emg("fist", 2.0, 5), NONE) == "fist"
    assert likeness("pinch", 0, make_emg("hand open", 2.0, 5), NONE) is None
    assert likeness("pinch", 1, make_emg("hand open", 2.0, 6), NONE) is None
    assert likeness("pinch", 1, make_emg("fist", 2.0, 6), NONE) == "fist"


def test_what_is_too_short_or_has_no_channels_left_is_not_judged(make_emg: Emg) -> None:
    likeness = Likeness(200.0)
    assert likeness("fist", 0, make_emg("fist", 0.2), NONE) is None
    assert likeness("fist", 0, make_emg("fist", 2.0), frozenset(range(7))) is None
