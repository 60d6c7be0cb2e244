"""Who went through the gestures in the order asked for is read by it; who did not is not harmed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.calibration.stranger_order import Order, order_of
from myoedge.edge.errors import MismatchError

LABELS = ("rest", "fist", "wrist flexion", "wrist extension")
STEP_S = 0.15


def played(*gestures: int, times: int = 2) -> NDArray[np.intp]:
    """Each held for ten windows, five of rest after it."""
    return np.repeat([label for gesture in gestures * times for label in (gesture, gesture, 0)], 5)


def log_of(labels: NDArray[np.intp], sure: float, swapped: bool = False) -> NDArray[np.float64]:
    """The right label stands out by so much; `swapped`: fist looks rather like flexion, and the reverse."""
    log = sure * np.eye(len(LABELS))[labels]
    if swapped:
        log[:, [1, 2]] = 0.55 * log[:, [2, 1]] + 0.45 * log[:, [1, 2]]
    return log


def test_gestures_that_look_like_each_other_are_told_by_the_order() -> None:
    labels = played(1, 2, 3)
    log = log_of(labels, 2.0, swapped=True)
    assert (log.argmax(axis=1) == labels).mean() < 0.7
    share = Order([1, 2, 3], 0, STEP_S)(log)
    assert (share.argmax(axis=1) == labels).mean() > 0.9
    np.testing.assert_allclose(share.sum(axis=1), 1)


def test_another_order_is_seen_not_to_be_the_one_asked_for() -> None:
    asked = Order([1, 2, 3], 0, STEP_S)
    assert asked.kept(log_of(played(1, 2, 3), 5.0)) > 3
    log = log_of(played(3, 2, 1), 5.0)
    assert asked.kept(log) < -3
    share = asked(log)
    assert (share.argmax(axis=1) == played(3, 2, 1)).mean() > 0.9  # what is sure is not talked away


def test_a_single_gesture_is_no_order_and_strange_ones_are_refused() -> None:
    assert order_of(["rest", "fist"], LABELS, "rest", STEP_S) is None
    assert order_of([], LABELS, "rest", STEP_S) is None
    assert order_of(LABELS, LABELS, "rest", STEP_S) is not None
    with pytest.raises(MismatchError, match="waving"):
        order_of(["fist", "waving"], LABELS, "rest", STEP_S)
