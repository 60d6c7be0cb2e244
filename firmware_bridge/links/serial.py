"""The serial link: a thread that reads a port, and who finds the armband again after it was unplugged."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from myoedge.edge.errors import LinkError, MyoedgeError
from myoedge.edge.recording import Arrival
from myoedge.firmware_bridge.links.inbox import Inbox
from myoedge.firmware_bridge.links.serial_ports import (
    ListPorts,
    SerialPort,
    explain_port,
    find_again,
    find_port,
    list_ports,
    open_port,
)
from myoedge.firmware_bridge.packet import LINK_SOURCE
from myoedge.firmware_bridge.protocols.wire import WIRE_SOURCE, Wire

BACK_OFF_S = (0.0, 0.25, 0.5, 1.0)  # before each attempt to open again; the last for ever
GATHER_S = 0.001  # what comes within it is one arrival: a wake-up for every byte would cost a core
TRIES = 3  # of the first question: opening a port resets many a board
OPTIONAL_S = 0.3  # for an answer that need not come
GRACE_S = 2.0  # from the start to the first bytes
_STACK = (OSError, ValueError, TypeError)  # what pyserial raises, the last from a port closed meanwhile
_log = logging.getLogger(__name__)


class SerialLink:
    """A Link over pyserial. `readings` holds what the armband said of itself at the last connect.

    `target`: a path, or VENDOR:PRODUCT[:SERIAL] of USB. After an unplug the same USB device is taken again at
    whatever path. `silence_s`: open but silent for so long means opening again. `counters`: connects, drops,
    failed_attempts, overflow.
    """

    def __init__(
        self,
        wire: Wire,
        target: str,
        baud: int | None = None,
        ports: ListPorts = list_ports,
        silence_s: float = 1.0,
    ) -> None:
        self._wire, self._target, self._baud, self._ports = wire, target, baud or wire.baud, ports
        self._silence_ns = round(silence_s * 1e9)
        self.address = target
        self.readings: dict[str, bytes] = {}
        self.counters: Counter[str] = Counter(connects=0, drops=0, failed_attempts=0)
        self.inbox = Inbox(self.counters)
        self._line: _Line | None = None
        self._heard_ns = 0
        self._asked: tuple[bytearray, asyncio.Event] | None = None
        self._asking = asyncio.Lock()
        self._keeper: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Find the port, open it, start the stream.

        Raises NotThereError, RefusedError, UsageError or LinkError, each with the cure.
        """
        port = find_port(self._target, await asyncio.to_thread(self._ports))
        await self._connect(port)
        self.address = port.address
        self._keeper = asyncio.create_task(self._keep(port))
        self._keeper.add_done_callback(lambda _: self.inbox.close())

    async def learn(self) -> None:
        """Ask the armband what it says of itself, and let go of the port. Raises as `open` does."""
        port = find_port(self._target, await asyncio.to_thread(self._ports))
        line = _Line(port.device, self._receive)
        try:
            await line.open(self._baud)
            await self._learn(line, 1)
        finally:
            await line.close()

    async def read(self) -> Arrival | None:
        """The next arrival, frames cut anywhere; None when closed."""
        arrival = await self.inbox.get()
        if arrival is None and self._keeper is not None and not self._keeper.cancelled():
            broken = self._keeper.exception()
            if broken is not None:
                raise explain_port(broken, self._target) from broken
        return arrival

    def hush(self, until_ns: int) -> None:
        """What arrives before `until_ns` may wait in the inbox until then (see edge.stream.Patient)."""
        self.inbox.hush(until_ns)

    @property
    def waiting(self) -> bool:
        """Whether `read` has something to give at once."""
        return len(self.inbox) > 0

    async def ask(self, point: str, data: bytes | None = None) -> bytes:
        """Ask for a named reading ("battery"; empty if there is none such), or write to "command".

        LinkError when not connected, and when there is no answer.
        """
        line = self._line
        if line is None:
            raise LinkError(f"the {self._wire.kind} is not connected just now; try again when it is back")
        if data is not None:
            await line.write(data)
            return b""
        if point not in self._wire.questions:
            return b""
        found = await self._question(line, point, OPTIONAL_S)
        if found is None:
            raise LinkError(f"the {self._wire.kind} did not answer for its {point}; try again")
        return found

    async def close(self) -> None:
        """Stop the armband's stream and let go of the port; harmless twice."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper])
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(LinkError):
                for command in self._wire.stop:
                    await line.write(command)
            await line.close()
        self.inbox.close()

    async def _connect(self, port: SerialPort) -> None:
        """Open the port, learn what the armband says of itself, start its stream."""
        line = _Line(port.device, self._receive)
        try:
            await line.open(self._baud)
            for command in self._wire.stop:
                await line.write(command)
            await self._learn(line)
            self._heard_ns = time.monotonic_ns() + round(GRACE_S * 1e9)
            self._line = line
            self._say(b"linked")
            for command in self._wire.start:
                await line.write(command)
        except BaseException:
            self.counters["failed_attempts"] += 1
            if self._line is line:
                self._line = None
                self._say(b"dropped while starting")
            await line.close()
            raise
        self.counters["connects"] += 1

    async def _learn(self, line: _Line, tries: int = TRIES) -> None:
        """Ask all there is to ask; LinkError if nobody answers or the firmware cannot be used."""
        first, *others = self._wire.questions
        found = None
        while found is None and tries > 0:
            tries -= 1
            found = await self._question(line, first, self._wire.patience_s)
        if found is None:
            raise LinkError(
                f"no {self._wire.kind} answers on {line.device} at {self._baud} baud; "
                "check the speed (?baud=...), the cable and that the armband is switched on"
            )
        self.readings[first] = found
        for point in others:
            found = await self._question(line, point, OPTIONAL_S)
            if found is not None:
                self.readings[point] = found
        self._wire.firmware(self.readings)

    async def _question(self, line: _Line, point: str, within_s: float) -> bytes | None:
        """The answer, or None when it does not come in time or the line ends."""
        async with self._asking:
            heard, more = self._asked = bytearray(), asyncio.Event()
            try:
                await line.write(self._wire.questions[point])
                async with asyncio.timeout(within_s):
                    while (found := self._wire.answer(point, bytes(heard))) is None:
                        await more.wait()
                        more.clear()
                return found
            except TimeoutError:
                return None
            finally:
                self._asked = None

    def _receive(self, line: _Line, t_ns: int, data: bytes) -> None:
        self._heard_ns = max(self._heard_ns, t_ns)
        if self._asked is not None:
            heard, more = self._asked
            heard += data
            more.set()
        if line is self._line:
            self.inbox.put(Arrival(t_ns, WIRE_SOURCE, data))

    def _say(self, word: bytes) -> None:
        self.inbox.put(Arrival(time.monotonic_ns(), LINK_SOURCE, word))

    async def _keep(self, port: SerialPort) -> None:
        """For as long as the link is open: watch, let go, find the same device again."""
        while True:
            line = self._line
            if line is not None:
                why = await self._watch(line)
                self._line = None
                self.counters["drops"] += 1
                self._say(b"dropped " + why.encode())
                await line.close()
            port = await self._reconnect(port)

    async def _watch(self, line: _Line) -> str:
        """Until the port is gone or nothing comes any more; says how."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._silence_ns / 4e9):
                    await line.gone.wait()
                return line.why
            if time.monotonic_ns() - self._heard_ns > self._silence_ns:
                return "silent"

    async def _reconnect(self, port: SerialPort) -> SerialPort:
        failures = 0
        while True:
            await asyncio.sleep(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
            try:
                found = find_again(port, await asyncio.to_thread(self._ports))
                await self._connect(found)
                return found
            except MyoedgeError as error:
                failures += 1
                _log.info("attempt %d to open it again failed: %s", failures, error)


class _Line:
    """One open port: its thread reads, stamps and hands over, however long the event loop is busy."""

    def __init__(self, device: str, receive: Callable[[_Line, int, bytes], None]) -> None:
        self.device, self._receive = device, receive
        self.gone = asyncio.Event()
        self.why = "unplugged"
        self._port: Any = None
        self._loop = asyncio.get_running_loop()
        self._thread: threading.Thread | None = None
        self._ending = False

    async def open(self, baud: int) -> None:
        self._port = await asyncio.to_thread(open_port, self.device, baud)
        self._thread = threading.Thread(target=self._read, name=f"serial {self.device}", daemon=True)
        self._thread.start()

    async def write(self, data: bytes) -> None:
        """LinkError when the port is gone or takes nothing."""
        try:
            await asyncio.to_thread(self._port.write, data)
        except _STACK as error:
            raise LinkError(f"{self.device} takes no commands ({error}); is the armband there?") from error

    async def close(self) -> None:
        self._ending = True
        if self._thread is not None:
            with contextlib.suppress(*_STACK):
                self._port.cancel_read()
            await asyncio.to_thread(self._thread.join)
        if self._port is not None:
            with contextlib.suppress(*_STACK):
                self._port.close()

    def _read(self) -> None:
        """The thread: waits for a byte, gathers a little more, stamps it, hands it to the loop."""
        port = self._port
        try:
            while not self._ending:
                data = port.read(1)
                if not data:
                    continue
                time.sleep(GATHER_S)
                data += port.read(port.in_waiting)
                self._hand(self._receive, self, time.monotonic_ns(), data)
        except _STACK as error:
            self.why = f"unplugged: {error}"
        self._hand(self.gone.set)

    def _hand(self, call: Callable[..., None], *values: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended before this thread
            self._loop.call_soon_threadsafe(call, *values)
