"""Runs the engine in a thread of its own, so that a call that never returns cannot hold up the loop."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue

from myoedge.edge.embed import Embedded
from myoedge.edge.window import Window

_Job = tuple[Window, asyncio.AbstractEventLoop, "asyncio.Future[Embedded]"]


class Worker:
    """One window at a time; `busy` while a call has not come back."""

    def __init__(self, embed: Callable[[Window], Embedded]) -> None:
        self._embed = embed
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._pending: asyncio.Future[Embedded] | None = None
        self._given_up: asyncio.Future[None] | None = None
        threading.Thread(target=self._serve, name="myoedge engine", daemon=True).start()

    @property
    def busy(self) -> bool:
        return self._pending is not None and not self._pending.done()

    async def __call__(self, window: Window, timeout_s: float) -> Embedded | None:
        """The embedded window, or None when the engine did not answer in time (it is then `busy`).

        Raises what the engine raised.
        """
        loop = asyncio.get_running_loop()
        self._given_up = loop.create_future()
        future: asyncio.Future[Embedded] = loop.create_future()
        self._pending = future
        self._jobs.put((window, loop, future))
        waited = (future, self._given_up)
        await asyncio.wait(waited, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            future.add_done_callback(_seen)
            return None
        return future.result()

    def give_up(self) -> None:
        """Wait no longer for the call under way."""
        if self._given_up is not None and not self._given_up.done():
            self._given_up.set_result(None)

    def close(self) -> None:
        """Let the thread end after the call it is in."""
        self._jobs.put(None)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            window, loop, future = job
            try:
                result, error = self._embed(window), None
            except Exception as problem:  # whatever an engine raises is a stall to the loop, never its end
                result, error = None, problem
            try:
                loop.call_soon_threadsafe(_settle, future, result, error)
            except RuntimeError:
                return  # the loop is gone; nobody waits


def _settle(future: "asyncio.Future[Embedded]", result: Embedded | None, error: Exception | None) -> None:
    if future.done():
        return
    if result is not None:
        future.set_result(result)
    else:
        future.set_exception(error or RuntimeError("the engine gave nothing"))


def _seen(future: "asyncio.Future[Embedded]") -> None:
    """A late answer nobody waits for any more: its error is of no interest."""
    if not future.cancelled():
        future.exception()
