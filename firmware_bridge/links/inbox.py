"""What arrived and nobody took yet: bounded, the oldest goes first and is counted."""

import asyncio
import time
from collections import Counter, deque

from myoedge.edge.recording import Arrival
from myoedge.firmware_bridge.packet import LINK_SOURCE


class Inbox:
    """One writer, one reader, in one event loop. `counters` gains "overflow": what nobody came for."""

    def __init__(self, counters: Counter[str], capacity: int = 4096) -> None:
        self._counters = counters
        counters["overflow"] = 0
        self._items: deque[Arrival] = deque()
        self._capacity = capacity
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False
        self._quiet_ns = 0  # what arrives before does not wake the reader
        self._timer: asyncio.TimerHandle | None = None

    def hush(self, until_ns: int) -> None:
        """Let what arrives before `until_ns` (monotonic) wait until then; news of the link never waits."""
        self._quiet_ns = until_ns
        if self._timer is None:
            wait_s = max(0.0, (until_ns - time.monotonic_ns()) / 1e9)
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if time.monotonic_ns() < self._quiet_ns:
            self.hush(self._quiet_ns)  # it was put off since
        elif self._items:
            self._wake()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Arrival) -> None:
        """Never waits."""
        if len(self._items) >= self._capacity:
            self._items.popleft()
            self._counters["overflow"] += 1
        self._items.append(item)
        if item.t_ns >= self._quiet_ns or item.source == LINK_SOURCE:
            self._wake()

    async def get(self) -> Arrival | None:
        """The oldest; None when closed and empty."""
        while not self._items:
            if self._closed:
                return None
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._items.popleft()

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
