"""The Bluetooth link: finds an armband, connects, subscribes, and connects again whenever it is gone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from myoedge.edge.errors import LinkError, MyoedgeError
from myoedge.edge.recording import Arrival
from myoedge.firmware_bridge.links.inbox import Inbox
from myoedge.firmware_bridge.links.trouble import explain
from myoedge.firmware_bridge.packet import LINK_SOURCE
from myoedge.firmware_bridge.protocols.gatt import GattMap
from myoedge.firmware_bridge.radio import Radio
from myoedge.firmware_bridge.scan import find

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.device import BLEDevice

BACK_OFF_S = (0.0, 0.5, 1.0, 2.0, 5.0)  # before each attempt; the last for ever
SCAN_AFTER = 3  # failed attempts: look for the armband anew
OPEN_ATTEMPTS = 3  # of the first connect: BlueZ fails one in ten under load (bleak issue 1489)
CONNECT_S = 10.0
GRACE_S = 2.0  # from connect to the first packet
DISCONNECT_S = 2.5  # BlueZ takes 2 to let go of a living link
_log = logging.getLogger(__name__)


class BleLink:
    """A Link over bleak. `readings` holds what the armband said of itself at the last connect.

    `silence_s`: connected but silent for so long means reconnect; radio shadows of 0.3 s are normal, and
    letting go of a silent link costs BlueZ 2 s. `counters`: connects, drops, failed_attempts, overflow.
    """

    def __init__(
        self,
        gatt: GattMap,
        radio: Radio,
        address: str | None = None,
        scan_s: float = 10.0,
        silence_s: float = 1.0,
    ) -> None:
        self._gatt, self._radio, self._wanted = gatt, radio, address
        self._scan_s, self._silence_ns = scan_s, round(silence_s * 1e9)
        self.address = address or ""
        self.readings: dict[str, bytes] = {}
        self.counters: Counter[str] = Counter(connects=0, drops=0, failed_attempts=0)
        self.inbox = Inbox(self.counters)
        self._heard_ns = 0
        self._client: BleakClient | None = None
        self._gone = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Find and connect. Raises NotThereError, RefusedError or LinkError, each with the cure."""
        device = await find(self._radio, self._gatt, self._wanted, self._scan_s)
        self.address = device.address
        for attempt in range(1, OPEN_ATTEMPTS + 1):
            try:
                await self._connect(device)
                break
            except LinkError as error:
                if attempt == OPEN_ATTEMPTS or not isinstance(error.__cause__, _stack_errors()):
                    raise  # tried enough, or it is the armband itself that cannot be used
                await asyncio.sleep(BACK_OFF_S[attempt])
        self._keeper = asyncio.create_task(self._keep(device))
        self._keeper.add_done_callback(lambda _: self.inbox.close())

    async def read(self) -> Arrival | None:
        """The next arrival; None when closed. LinkError when the radio itself is gone for good."""
        arrival = await self.inbox.get()
        if arrival is None and self._keeper is not None and not self._keeper.cancelled():
            broken = self._keeper.exception()
            if broken is not None:
                raise explain(broken, f"keeping the {self._gatt.kind} linked") from broken
        return arrival

    def hush(self, until_ns: int) -> None:
        """What arrives before `until_ns` may wait in the inbox until then (see edge.stream.Patient)."""
        self.inbox.hush(until_ns)

    @property
    def waiting(self) -> bool:
        """Whether `read` has something to give at once."""
        return len(self.inbox) > 0

    async def ask(self, point: str, data: bytes | None = None) -> bytes:
        """Read a named reading ("battery"), or write to "command". LinkError when not connected."""
        client = self._client
        if client is None:
            raise LinkError(f"the {self._gatt.kind} is not connected just now; try again when it is back")
        uuid = self._gatt.command if point == "command" else self._gatt.readings[point]
        try:
            if data is not None:
                await client.write_gatt_char(uuid, data, response=True)
                return b""
            return bytes(await client.read_gatt_char(uuid))
        except _stack_errors() as error:
            raise explain(error, f"asking the {self._gatt.kind} for {point}") from error

    async def close(self) -> None:
        """Stop the armband's streams and let go of it; harmless twice."""
        keeper, self._keeper = self._keeper, None
        while keeper is not None and not keeper.done():  # libraries may swallow a cancellation
            keeper.cancel()
            await asyncio.wait([keeper], timeout=0.2)
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(*_stack_errors()):
                async with asyncio.timeout(0.5):
                    for command in self._gatt.stop:
                        await client.write_gatt_char(self._gatt.command, command, response=True)
            await _let_go(client)
        self.inbox.close()

    async def _connect(self, device: BLEDevice) -> None:
        """One attempt with a client of its own: a client whose attempt failed may never connect again."""
        from bleak import BleakClient

        gone = asyncio.Event()  # set by the callback, which does no work: the stack calls it in odd moments
        client = BleakClient(
            device,
            lambda _: gone.set(),
            services=self._gatt.services,
            timeout=CONNECT_S,
            **self._radio.client_options,
        )
        try:
            async with asyncio.timeout(2 * CONNECT_S):  # a stack that died answers nothing at all
                await client.connect()
                await self._learn(client)
                await self._start(client)
        except BaseException as error:
            self.counters["failed_attempts"] += 1
            await _let_go(client)
            if isinstance(error, MyoedgeError) or not isinstance(error, _stack_errors()):
                raise
            raise explain(error, f"connecting to the {self._gatt.kind} {device.address}") from error
        self._client, self._gone = client, gone
        self.counters["connects"] += 1

    async def _learn(self, client: BleakClient) -> None:
        """What the armband says of itself; LinkError if its firmware cannot be used."""
        for name, uuid in self._gatt.readings.items():
            if client.services.get_characteristic(uuid) is not None:
                self.readings[name] = bytes(await client.read_gatt_char(uuid))
        self._gatt.firmware(self.readings)

    async def _start(self, client: BleakClient) -> None:
        """All that an armband forgets with the connection: subscriptions, never sleep, mode."""
        self._heard_ns = time.monotonic_ns() + round(GRACE_S * 1e9)
        for uuid, source in self._gatt.data.items():
            await client.start_notify(uuid, self._receiver(source))
        self._say(b"linked")
        try:
            for command in self._gatt.start:
                await client.write_gatt_char(self._gatt.command, command, response=True)
        except BaseException:
            self._say(b"dropped while starting")
            raise

    def _receiver(self, source: str) -> Callable[[Any, bytearray], None]:
        put, clock = self.inbox.put, time.monotonic_ns

        def receive(_: Any, data: bytearray) -> None:
            now_ns = clock()
            self._heard_ns = now_ns
            put(Arrival(now_ns, source, bytes(data)))

        return receive

    def _say(self, word: bytes) -> None:
        self.inbox.put(Arrival(time.monotonic_ns(), LINK_SOURCE, word))

    async def _keep(self, device: BLEDevice) -> None:
        """For as long as the link is open: watch, let go, connect again."""
        while True:
            why = await self._watch()
            client, self._client = self._client, None
            self.counters["drops"] += 1
            self._say(b"dropped " + why.encode())
            if client is not None:
                await _let_go(client)
            device = await self._reconnect(device)

    async def _watch(self) -> str:
        """Until the link is gone; says how."""
        while True:
            try:
                async with asyncio.timeout(self._silence_ns / 4e9):
                    await self._gone.wait()
                return "disconnected"
            except TimeoutError:
                if not self._is_silent():
                    continue
            await asyncio.sleep(0.02)  # this process may have been stopped: let what waits come in first
            if self._is_silent():
                return "silent"

    def _is_silent(self) -> bool:
        return time.monotonic_ns() - self._heard_ns > self._silence_ns

    async def _reconnect(self, device: BLEDevice) -> BLEDevice:
        failures = 0
        while True:
            await asyncio.sleep(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
            if not self._radio.alive():
                raise LinkError(
                    f"the radio {self._radio.address} is gone; start its other end again, then this"
                )
            try:
                if failures >= SCAN_AFTER:
                    device = await find(self._radio, self._gatt, self.address, self._scan_s)
                await self._connect(device)
                return device
            except MyoedgeError as error:
                failures += 1
                _log.info("attempt %d to reconnect failed: %s", failures, error)


def _stack_errors() -> tuple[type[Exception], ...]:
    """What bleak, D-Bus and sockets raise."""
    from bleak.exc import BleakError

    return BleakError, OSError, EOFError, TimeoutError


async def _let_go(client: BleakClient) -> None:
    """Also of a dead client: one left connected doubles later notifications."""
    with contextlib.suppress(*_stack_errors()):
        async with asyncio.timeout(DISCONNECT_S):
            await client.disconnect()
