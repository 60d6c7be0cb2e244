"""What arrived and nobody took yet: bounded, the oldest goes first and is counted."""

import asyncio
from collections import Counter, deque

from myoedge.edge.recording import Arrival


class Inbox:
    """One writer, one reader, in one event loop. `counters` gains "overflow": what nobody came for."""

    def __init__(self, counters: Counter[str], capacity: int = 4096) -> None:
        self._counters = counters
        counters["overflow"] = 0
        self._items: deque[Arrival] = deque()
        self._capacity = capacity
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False

    def put(self, item: Arrival) -> None:
        """Never waits."""
        if len(self._items) >= self._capacity:
            self._items.popleft()
            self._counters["overflow"] += 1
        self._items.append(item)
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
        self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
