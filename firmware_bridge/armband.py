"""One armband, open: joins a link and a codec, and is the Stream the runtime reads."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import UsageError
from myoedge.edge.recording import Arrival
from myoedge.edge.stream import Notice, Patient, StreamSpec
from myoedge.firmware_bridge.codec import Codec
from myoedge.firmware_bridge.links import Link
from myoedge.firmware_bridge.packet import LINK_SOURCE
from myoedge.firmware_bridge.protocols.gatt import GattMap
from myoedge.firmware_bridge.protocols.wire import Wire


class Wearer(Protocol):
    """Who wears a virtual armband and does as told."""

    def perform(self, label: str, level: float = ...) -> None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opener hands to its armband."""

    link: Link
    codec: Codec
    address: str  # of this very armband: "AA:BB:..", a file's path
    readings: Mapping[str, bytes]
    link_counters: Mapping[str, int]
    gatt: GattMap | Wire | None = None  # None: nobody to talk to (a recording)
    wearer: Any = None  # a Wearer, for virtual armbands


Opener = Callable[
    [AsyncExitStack], Awaitable[Opened]
]  # what it pushes on the stack is closed with the armband


class Armband:
    """An edge Stream: `async with` opens it, `async for` gives Chunks and Notices until the link ends.

    `listeners` get every Arrival as it came, before it is decoded; a RecordingWriter is one. Opening raises
    NotThereError, RefusedError, LinkError or UsageError, each with the cure. `replay`: times are a
    recording's own.
    """

    def __init__(self, name: str, opener: Opener, replay: bool = False) -> None:
        self.name, self.replay = name, replay
        self.listeners: list[Callable[[Arrival], None]] = []
        self.notes: list[str] = []  # what a reader dropped, such as the torn last line of a recording
        self._opener = opener
        self._stack = AsyncExitStack()
        self._opened: Opened | None = None
        self._patient: Patient | None = None  # the link, if it can be told what matters when
        self._ready: deque[Chunk | Notice] = deque()
        self._last_ns = 0
        self._ended = False

    async def __aenter__(self) -> Self:
        try:
            self._opened = await self._opener(self._stack)
        except BaseException:
            await self._stack.aclose()
            raise
        link = self._opened.link
        self._patient = link if isinstance(link, Patient) else None
        self._stack.push_async_callback(link.close)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def specs(self) -> Mapping[str, StreamSpec]:
        """Modality -> what it is. UsageError before it is open."""
        return self._open().codec.specs

    @property
    def address(self) -> str:
        return self._open().address

    @property
    def wearer(self) -> Any:
        """Who wears a virtual armband (see Wearer); None otherwise."""
        return None if self._opened is None else self._opened.wearer

    @property
    def counters(self) -> dict[str, int]:
        """Everything counted since opening: packets, garbage, lost_emg, connects, drops, ..."""
        opened = self._open()
        return {**opened.codec.counters, **opened.link_counters}

    @property
    def firmware(self) -> str:
        """The firmware's version in words; empty when there is none to ask."""
        opened = self._open()
        return "" if opened.gatt is None else opened.gatt.firmware(opened.readings)

    def __aiter__(self) -> AsyncIterator[Chunk | Notice]:
        return self

    async def __anext__(self) -> Chunk | Notice:
        ready, opened = self._ready, self._open()
        while not ready:
            arrival = await opened.link.read()
            if arrival is None:
                return self._end()
            self._last_ns = arrival.t_ns
            for listener in self.listeners:
                listener(arrival)
            ready.extend(opened.codec.feed(arrival))
            if arrival.source == LINK_SOURCE:
                ready.append(_notice(arrival))
        return ready.popleft()

    def hush(self, until_ns: int) -> None:
        """What arrives before `until_ns` may come all at once then; saves a small computer most wake-ups."""
        if self._patient is not None:
            self._patient.hush(until_ns)

    @property
    def waiting(self) -> bool:
        """Whether more can be read right now; a link that cannot tell may always have more."""
        return bool(self._ready) or self._patient is None or self._patient.waiting

    async def vibrate(self, kind: int) -> None:
        """1 short, 2 medium, 3 long; nothing in a replay. Raises UsageError, LinkError when not connected."""
        opened = self._open()
        if opened.gatt is not None:
            await opened.link.ask("command", opened.gatt.vibrate(kind))

    async def battery(self) -> int | None:
        """Percent, asked now; None if it cannot tell. LinkError when not connected."""
        opened = self._open()
        if opened.gatt is None or "battery" not in opened.readings:
            return None
        level = await opened.link.ask("battery")
        return level[0] if level else None

    async def ask(self, point: str, data: bytes | None = None) -> bytes:
        """The link's own `ask`, for who speaks for another process. LinkError when not connected."""
        return await self._open().link.ask(point, data)

    async def drain(self) -> None:
        """Read on until the link ends; what arrives goes to the listeners only."""
        async for _ in self:
            pass

    def _open(self) -> Opened:
        if self._opened is None:
            raise UsageError(f"the armband {self.name} is not open; use it inside `async with`")
        return self._opened

    def _end(self) -> Notice:
        if self._ended:
            raise StopAsyncIteration
        self._ended = True
        return Notice("ended", self._last_ns)


def _notice(arrival: Arrival) -> Notice:
    word, _, detail = arrival.data.decode("utf-8", "replace").partition(" ")
    return Notice("linked" if word == "linked" else "dropped", arrival.t_ns, detail)
