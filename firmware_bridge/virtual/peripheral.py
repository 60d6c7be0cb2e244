"""The Bluetooth half of a virtual armband: advertising, one connection, notifications, and their loss."""

from __future__ import annotations

import asyncio
import logging
import random
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from myoedge.firmware_bridge.virtual.body import Truth
from myoedge.firmware_bridge.virtual.controller import make_controller
from myoedge.firmware_bridge.virtual.radio import Radio

if TYPE_CHECKING:
    from bumble.core import UUID
    from bumble.device import Connection
    from bumble.gatt import Characteristic, Service

ADVERTISING_MS = 50
ATT_MTU = 247  # fills one 251-byte packet
ATT_CHANNEL = 4  # L2CAP
NOTIFICATION = 0x1B  # ATT opcode, Core specification Vol 3 Part F 3.4.7.1
TRANSMIT_PACKETS = 128  # what an armband keeps for a deaf radio before it throws samples away
ADVERTISED_NAME_BYTES = 8  # what 31 bytes leave beside the flags and a 128-bit service
LOST_EVERY_NS = 500_000_000  # losses are announced at most this often


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the armband says it is."""

    name: str
    address: str
    service: UUID  # the advertised one
    classic: bool = False  # brings its own GAP and GATT services


class Peripheral:
    """A bumble device on a virtual radio with at most one central; re-advertises when it goes.

    `loss` is the share of notifications the armband drops before they reach the link layer (BLE retransmits
    what did), `silent_until_ns` the time until which it drops all.
    """

    def __init__(self, radio: Radio, identity: Identity, truth: Truth, loss: float, seed: int) -> None:
        from bumble.device import Device, DeviceConfiguration
        from bumble.hci import Address
        from bumble.host import Host

        config = DeviceConfiguration(name=identity.name, address=Address(identity.address))
        config.gap_service_enabled = config.gatt_service_enabled = not identity.classic
        config.advertising_interval_min = config.advertising_interval_max = ADVERTISING_MS
        self.identity, self.radio, self.truth, self.loss = identity, radio, truth, loss
        self.controller = make_controller(identity.name, radio, identity.address)
        host = Host()
        host.controller = self.controller
        self.device = Device(config=config, host=host)
        self.device.gatt_server.max_mtu = ATT_MTU
        self.device.on("connection", self._connected)
        self.connection: Connection | None = None
        self.silent_until_ns = 0
        self.advertises = True
        self.sent = self.lost = 0  # notifications; EMG samples
        self.on_connected: Callable[[], None] = _nothing
        self.on_gone: Callable[[], None] = _nothing
        self._random = random.Random(seed)
        self._announced_ns = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        logging.getLogger("bumble").setLevel(logging.ERROR)  # its warnings are everyday events of a bad radio

    async def start(self, services: Sequence[Service]) -> None:
        """Power on and advertise."""
        self.device.add_services(list(services))
        await self.device.power_on()
        await self.advertise()

    async def advertise(self) -> None:
        """Advertise the service and the name (shortened to what a legacy advertisement holds)."""
        from bumble.core import AdvertisingData

        name = self.identity.name.encode()
        kind = AdvertisingData.COMPLETE_LOCAL_NAME
        if len(name) > ADVERTISED_NAME_BYTES:
            kind = AdvertisingData.SHORTENED_LOCAL_NAME
        service = (AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, bytes(self.identity.service))
        data = AdvertisingData(
            [(AdvertisingData.FLAGS, b"\x06"), service, (kind, name[:ADVERTISED_NAME_BYTES])]
        )
        await self.device.start_advertising(advertising_data=bytes(data), auto_restart=False)

    def subscribed(self, characteristic: Characteristic[Any]) -> bool:
        """Whether the central wants notifications of it."""
        subscriptions = (
            self.device.gatt_server.subscribers.get(self.connection, {}) if self.connection else {}
        )
        return bool(subscriptions.get(characteristic.handle, b"\0")[0] & 1)

    def notify(self, characteristic: Characteristic[Any], value: bytes, samples: int = 0) -> None:
        """Send a notification, or lose it and count its `samples`."""
        connection = self.connection
        if connection is None or not self.subscribed(characteristic):
            return
        if self._drops():
            self.lost += samples
            if samples:
                self._announce_lost()
            return
        self.sent += 1
        pdu = (bytes([NOTIFICATION]) + characteristic.handle.to_bytes(2, "little") + value)[
            : connection.att_mtu
        ]
        # Straight to the air: the HCI inside an armband is nobody's to see, and takes a third of the time.
        frame = struct.pack("<HH", len(pdu), ATT_CHANNEL) + pdu
        self.radio.send_acl_data(self.controller, connection.peer_address, connection.transport, frame)

    def soon(self, work: Any) -> None:
        """Run a coroutine beside the rest; its end is nobody's concern."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def disconnect(self) -> None:
        """The armband itself ends the connection."""
        if self.connection is not None:
            await self.connection.disconnect()

    def _drops(self) -> bool:
        if self._random.random() < self.loss or time.monotonic_ns() < self.silent_until_ns:
            return True
        return self.radio.backlog(self.controller) >= TRANSMIT_PACKETS

    def _announce_lost(self) -> None:
        now_ns = time.monotonic_ns()
        if now_ns - self._announced_ns >= LOST_EVERY_NS:
            self._announced_ns = now_ns
            self.truth({"truth": "lost", "samples": self.lost})

    def _connected(self, connection: Connection) -> None:
        self.connection = connection
        connection.on("disconnection", self._gone)
        self.truth({"truth": "connected", "t_ns": time.monotonic_ns()})
        self.on_connected()

    def _gone(self, reason: int) -> None:
        self.connection = None
        self.on_gone()
        self.truth({"truth": "disconnected", "t_ns": time.monotonic_ns(), "reason": int(reason)})
        if self.lost:
            self.truth({"truth": "lost", "samples": self.lost})
        if self.advertises:
            self.soon(self.advertise())


def _nothing() -> None:
    return None
