"""Works an explanation out in the time decisions leave: a window at a time, never when one may be due."""

import time
from collections.abc import Callable

from myoedge.edge.embed import Embedded
from myoedge.edge.explain import Reason
from myoedge.edge.window import Window

SPARE = 3  # a step is begun only while so many of the longest ones still fit; our choice
FADES = 0.9  # of the longest step, with each newer one: one hiccup must not end explaining; our choice

InTime = Callable[[Window, float], Embedded | None]  # (window, seconds left); None: not in time, or failed


class SpareTime:
    """Holds the newest gesture's reason; an older one that is not worked out by then is dropped."""

    def __init__(self) -> None:
        self._reason: Reason | None = None
        self._step_ns = 0.0
        self._due_ns = 0
        self.steps = 0  # windows embedded so far

    @property
    def waiting(self) -> bool:
        """Whether there is something to work out."""
        return self._reason is not None

    def decided(self, took_ns: int, due_ns: int, reason: Reason | None) -> None:
        """A decision's embedding took so long, the next window may come at `due_ns` (monotonic)."""
        self._took(took_ns)
        self._due_ns = due_ns
        self._reason = reason or self._reason

    def drop(self) -> None:
        """Forget what is not worked out."""
        self._reason = None

    def step(self, by_engine: InTime, closed: Callable[[Window], Embedded]) -> Reason | None:
        """One window more, if there is time; the reason once it is whole.

        Where the window is not embedded in time, or not at all, the reason is dropped.
        """
        reason, begun_ns = self._reason, time.monotonic_ns()
        left_ns = self._due_ns - begun_ns
        if reason is None or left_ns < SPARE * self._step_ns:
            return None
        if reason.window is not None:
            window = reason.window
            embedded = by_engine(window, left_ns / 1e9) if reason.with_engine else closed(window)
            self._took(time.monotonic_ns() - begun_ns)
            if embedded is None:
                self._reason = None
                return None
            reason.feed(embedded)
            self.steps += 1
        if reason.window is not None:
            return None
        self._reason = None
        return reason

    def _took(self, took_ns: int) -> None:
        self._step_ns = max(float(took_ns), FADES * self._step_ns)
