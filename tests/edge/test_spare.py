"""What decisions leave of the time is used a window at a time, and never when one may be due."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.embed import Embedded, Embedder
from myoedge.edge.explain import Explainer, Reason
from myoedge.edge.profile import Profile
from myoedge.edge.spare import SPARE, SpareTime
from myoedge.edge.window import Window

Made = Callable[..., NDArray[np.float64]]
HOUR_NS = 3600 * 10**9


@pytest.fixture
def reason(anna: Profile, classic: Bundle, counts: Made) -> Reason:
    window = Window({"emg": counts("fist", 40, seed=3).astype(np.float32)}, np.zeros(8, bool), (), 0, 0, 0.0)
    found = Explainer(classic, anna)(window, Embedder(classic, 8)(window, None), "fist")
    assert found is not None
    return found


@pytest.fixture
def closed(classic: Bundle) -> Callable[[Window], Embedded]:
    embedder = Embedder(classic, 8)
    return lambda window: embedder(window, None)


def never(window: Window, left_s: float) -> Embedded | None:
    raise AssertionError("the decision was made without an engine")


def test_a_reason_is_whole_after_a_step_for_each_channel(
    reason: Reason, closed: Callable[[Window], Embedded]
) -> None:
    spare = SpareTime()
    spare.decided(1, time.monotonic_ns() + HOUR_NS, reason)
    steps = [spare.step(never, closed) for _ in range(8)]
    assert steps[:7] == [None] * 7 and steps[7] is reason
    assert not spare.waiting
    assert spare.steps == 8
    assert reason.told() is not None


def test_no_step_is_begun_that_may_last_into_the_next_window(
    reason: Reason, closed: Callable[[Window], Embedded]
) -> None:
    spare = SpareTime()
    spare.decided(HOUR_NS, time.monotonic_ns() + SPARE * HOUR_NS - 1, reason)
    assert spare.step(never, closed) is None
    assert (spare.steps, spare.waiting) == (0, True)
    spare.decided(1, time.monotonic_ns() + SPARE * HOUR_NS + HOUR_NS, None)
    assert spare.step(never, closed) is None
    assert (spare.steps, spare.waiting) == (1, True)


def test_a_step_that_is_not_done_in_time_drops_the_reason(
    reason: Reason, closed: Callable[[Window], Embedded]
) -> None:
    spare = SpareTime()
    reason.with_engine = True
    spare.decided(1, time.monotonic_ns() + HOUR_NS, reason)
    assert spare.step(lambda window, left_s: None, closed) is None
    assert not spare.waiting


def test_a_newer_gesture_takes_the_place_of_an_older_ones_reason(reason: Reason) -> None:
    spare = SpareTime()
    spare.decided(1, 0, reason)
    spare.decided(1, 0, None)
    assert spare.waiting
    spare.drop()
    assert not spare.waiting
