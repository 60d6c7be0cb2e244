"""Runs the engine in a thread of its own, so that a call that never returns cannot hold up the loop for long.

The caller waits on a lock, not on the event loop: two thread switches a decision, which a busy small computer
makes soon; a future and its callback would need four.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from myoedge.edge.embed import Embedded
from myoedge.edge.window import Window


class _Call:
    """One window on its way through the engine; `done` is locked until it is through."""

    __slots__ = ("done", "error", "result", "window")

    def __init__(self, window: Window) -> None:
        self.window = window
        self.done = threading.Lock()
        self.done.acquire()
        self.result: Embedded | None = None
        self.error: Exception | None = None


class Worker:
    """One window at a time; `busy` while a call has not come back."""

    def __init__(self, embed: Callable[[Window], Embedded]) -> None:
        self._embed = embed
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._last: _Call | None = None
        threading.Thread(target=self._serve, name="myoedge engine", daemon=True).start()

    @property
    def busy(self) -> bool:
        return self._last is not None and self._last.done.locked()

    def __call__(self, window: Window, timeout_s: float) -> Embedded | None:
        """The embedded window, or None when the engine did not answer in time (it is then `busy`).

        Raises what the engine raised.
        """
        call = self._last = _Call(window)
        self._calls.put(call)
        if not call.done.acquire(timeout=timeout_s):
            return None
        call.done.release()
        if call.error is not None:
            raise call.error
        return call.result

    def close(self) -> None:
        """Let the thread end after the call it is in."""
        self._calls.put(None)

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                call.result = self._embed(call.window)
            except Exception as error:  # the caller's to handle, in its own thread
                call.error = error
            call.done.release()
