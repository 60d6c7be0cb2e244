"""The virtual Myo: the real one's attribute table, commands, streams, sleep (myohw.h; firmware 1.5.1970)."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from myoedge.firmware_bridge.virtual.battery import Battery
from myoedge.firmware_bridge.virtual.body import Body, Truth
from myoedge.firmware_bridge.virtual.pacer import Lanes, pace
from myoedge.firmware_bridge.virtual.peripheral import Identity, Peripheral
from myoedge.firmware_bridge.virtual.playback import Player
from myoedge.firmware_bridge.virtual.radio import Radio

if TYPE_CHECKING:
    from bumble.core import UUID
    from bumble.device import Connection
    from bumble.gatt import Characteristic, Service

CHANNELS, RATE_HZ, IMU_RATE_HZ, LIMIT = 8, 200.0, 50.0, 127
ROWS = 2  # samples in an EMG notification
ADDRESS, NAME = "D7:91:D9:1C:C3:EB", "My Myo"
FIRMWARE = struct.pack("<4H", 1, 5, 1970, 2)
IDLE_S = 30.0  # without streaming or a never-sleep command the armband ends the link
ACKNOWLEDGE_S = 0.1  # the answer to a command goes out before the link ends
EMG_OFF, EMG_FILTERED, EMG_RAW = 0, 2, 3
IMU_WITH_DATA = (1, 3, 4)

# Command: payload lengths it may state (the first is the true one), and the values its bytes may have.
SET_MODE, VIBRATE, DEEP_SLEEP, LED, VIBRATE2, SLEEP_MODE, UNLOCK, USER_ACTION = 1, 3, 4, 6, 7, 9, 10, 11
COMMANDS: dict[int, tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]] = {
    SET_MODE: ((3,), ((0, 2, 3), (0, 1, 2, 3, 4), (0, 1))),  # emg 1 (smoothed, undocumented) is not offered
    VIBRATE: ((1,), ((0, 1, 2, 3),)),
    DEEP_SLEEP: ((0,), ()),
    LED: ((6,), ()),
    VIBRATE2: ((18, 20), ()),  # six times duration and strength; clients in the field say 20 and send 18
    SLEEP_MODE: ((1,), ((0, 1),)),
    UNLOCK: ((1,), ((0, 1, 2),)),
    USER_ACTION: ((1,), ((0,),)),
}


def myo_uuid(short: int) -> UUID:
    from bumble.core import UUID

    return UUID(f"D506{short:04X}-A904-DEB9-4748-2C7F4A124842")


class VirtualMyo:
    """A Myo on a virtual radio, measuring `body`; with `player` it sends a recording's packets instead."""

    def __init__(
        self,
        peripheral: Peripheral,
        body: Body,
        player: Player | None = None,
        battery: int = 91,
        idle_s: float = IDLE_S,
    ) -> None:
        self.peripheral, self.body, self.battery = peripheral, body, Battery(peripheral, battery)
        self.mode = (0, 0, 0)  # emg, imu, classifier
        self.never_sleeps = False
        self._player, self._idle_s = player, idle_s
        self._stream: asyncio.Task[None] | None = None
        self._sleep: asyncio.TimerHandle | None = None
        self._turn = 0
        self._emg: list[Characteristic[Any]] = []
        self._imu: Characteristic[Any] | None = None
        peripheral.on_connected, peripheral.on_gone = self._connected, self._gone

    async def start(self) -> None:
        """Build the attribute table and advertise."""
        await self.peripheral.start(self._services())

    def _services(self) -> list[Service]:
        from bumble.gatt import Characteristic, CharacteristicValue, Service

        kind, may = Characteristic.Properties, Characteristic.Permissions
        command = CharacteristicValue[bytes](write=self._command)
        self._imu = Characteristic(myo_uuid(0x0402), kind.NOTIFY, may.READABLE, bytes(20))
        numbers = (0x0105, 0x0205, 0x0305, 0x0405)
        self._emg = [Characteristic(myo_uuid(n), kind.NOTIFY, may.READABLE, bytes(16)) for n in numbers]

        def indicated(short: int, size: int) -> Characteristic[Any]:
            return Characteristic(myo_uuid(short), kind.INDICATE, may.READABLE, bytes(size))

        smoothed = Characteristic(myo_uuid(0x0104), kind.NOTIFY, may.READABLE, bytes(17))
        control = [
            _readable(myo_uuid(0x0101), self._info()),
            _readable(myo_uuid(0x0201), FIRMWARE),
            Characteristic[bytes](myo_uuid(0x0401), kind.WRITE, may.READABLE | may.WRITEABLE, command),
        ]
        return [
            *_generic_services(self.peripheral.identity.name),
            Service(_short(0x180A), [_readable(_short(0x2A29), b"Thalmic Labs")]),
            self.battery.service(),
            Service(myo_uuid(0x0001), control),
            Service(myo_uuid(0x0002), [self._imu, indicated(0x0502, 3)]),
            Service(myo_uuid(0x0003), [indicated(0x0103, 3)]),
            Service(myo_uuid(0x0004), [smoothed]),
            Service(myo_uuid(0x0005), self._emg),
            Service(myo_uuid(0x0006), [indicated(0x0602, 0)]),
        ]

    def _info(self) -> bytes:
        """Serial number (the address, low byte first), unlock pose, classifier, its index and kind, sku."""
        serial = bytes.fromhex(self.peripheral.identity.address.replace(":", ""))[::-1]
        return serial + struct.pack("<HBBBBB", 5, 0, 0, 0, 0, 1) + bytes(7)

    def _command(self, _: Connection, value: bytes) -> None:
        """A write to the command characteristic: operation, payload length, payload.

        Raises ATT_Error (0x06 unknown operation, 0x0D wrong length, 0x13 value out of range).
        """
        from bumble.att import ATT_Error, ErrorCode

        if len(value) < 2:
            raise ATT_Error(ErrorCode.INVALID_ATTRIBUTE_LENGTH)
        operation, payload = value[0], value[2:]
        if operation not in COMMANDS:
            raise ATT_Error(ErrorCode.REQUEST_NOT_SUPPORTED)
        lengths, ranges = COMMANDS[operation]
        if value[1] not in lengths or len(payload) not in (value[1], lengths[0]):
            raise ATT_Error(ErrorCode.INVALID_ATTRIBUTE_LENGTH)
        if any(byte not in allowed for byte, allowed in zip(payload, ranges, strict=False)):
            raise ATT_Error(ErrorCode.VALUE_NOT_ALLOWED)
        self._obey(operation, payload)

    def _obey(self, operation: int, payload: bytes) -> None:
        if operation == SET_MODE:
            self.mode = (payload[0], payload[1], payload[2])
            self._restream()
        elif operation == VIBRATE:
            self._tell("vibrated", kind=payload[0])
        elif operation == VIBRATE2:
            steps = [list(struct.unpack_from("<HB", payload, 3 * step)) for step in range(6)]
            self._tell("vibrated", kind=0, steps=steps)
        elif operation == LED:
            self._tell("led", logo=payload[:3].hex(), line=payload[3:].hex())
        elif operation == SLEEP_MODE:
            self.never_sleeps = payload[0] == 1
            self._rest()
        elif operation == UNLOCK:
            self._tell("unlocked", kind=payload[0])
        elif operation == USER_ACTION:
            self._tell("vibrated", kind=1)
        else:
            self.peripheral.advertises = False  # deep sleep: only USB power wakes a real one
            self._tell("asleep")
            asyncio.get_running_loop().call_later(ACKNOWLEDGE_S, self._leave)

    def _tell(self, what: str, **fields: Any) -> None:
        self.peripheral.truth({"truth": what, **fields, "t_ns": time.monotonic_ns()})

    def _connected(self) -> None:
        self.mode, self.never_sleeps = (0, 0, 0), False
        self._rest()

    def _gone(self) -> None:
        self.mode = (0, 0, 0)
        self._restream()
        if self._sleep is not None:
            self._sleep.cancel()

    def _rest(self) -> None:
        """Start, or with streaming or a never-sleep command call off, the countdown to sleep."""
        if self._sleep is not None:
            self._sleep.cancel()
        if not self.never_sleeps and self._stream is None and self.peripheral.connection is not None:
            loop = asyncio.get_running_loop()
            self._sleep = loop.call_later(self._idle_s, self._leave)

    def _leave(self) -> None:
        self.peripheral.soon(self.peripheral.disconnect())

    def _restream(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
        if self.mode[0] != EMG_OFF or self.mode[1] in IMU_WITH_DATA:
            self._stream = asyncio.ensure_future(self._send())
        self._rest()

    async def _send(self) -> None:
        if self._player is not None:
            await self._player.run(self._send_payload, self.peripheral.truth)
            return
        self._turn = 0
        await pace(self.body, Lanes(ROWS, self._send_emg, 1, self._send_imu))

    def _send_emg(self) -> None:
        rows = np.clip(self.body.emg(ROWS), -LIMIT - 1, LIMIT).astype(np.int8)
        turn, self._turn = self._turn, (self._turn + 1) % 4
        if self.mode[0] != EMG_OFF:
            self.peripheral.notify(self._emg[turn], rows.tobytes(), ROWS)

    def _send_imu(self) -> None:
        rows = self.body.imu(1)
        if self._imu is not None and self.mode[1] in IMU_WITH_DATA:
            self.peripheral.notify(self._imu, rows.astype("<i2").tobytes())

    def _send_payload(self, source: str, data: bytes) -> None:
        if source == "imu" and self._imu is not None and self.mode[1] in IMU_WITH_DATA:
            self.peripheral.notify(self._imu, data)
        elif source.startswith("emg") and source[3:] in ("0", "1", "2", "3") and self.mode[0] != EMG_OFF:
            self.peripheral.notify(self._emg[int(source[3:])], data, ROWS)


def make_myo_peripheral(
    radio: Radio, truth: Truth, name: str, address: str, loss: float, seed: int
) -> Peripheral:
    """The Bluetooth half of a Myo, which brings its own GAP and GATT services (handles 1 to 11)."""
    identity = Identity(name or NAME, address or ADDRESS, myo_uuid(0x0001), classic=True)
    return Peripheral(radio, identity, truth, loss, seed)


def _short(number: int) -> UUID:
    from bumble.core import UUID

    return UUID.from_16_bits(number)


def _readable(uuid: UUID, value: bytes) -> Characteristic[Any]:
    from bumble.gatt import Characteristic

    return Characteristic(uuid, Characteristic.Properties.READ, Characteristic.Permissions.READABLE, value)


def _generic_services(name: str) -> Sequence[Service]:
    """GAP (name, appearance, preferred parameters: 7.5 ms, timeout 4 s) and GATT, at their handles."""
    from bumble.gatt import Characteristic, Service

    kind, may = Characteristic.Properties, Characteristic.Permissions
    both = may.READABLE | may.WRITEABLE
    gap = [
        Characteristic(_short(0x2A00), kind.READ | kind.WRITE, both, name.encode()),
        _readable(_short(0x2A01), bytes(2)),
        _readable(_short(0x2A04), struct.pack("<4H", 6, 6, 0, 400)),
    ]
    changed = Characteristic(_short(0x2A05), kind.INDICATE, may.READABLE, bytes(4))
    return [Service(_short(0x1800), gap), Service(_short(0x1801), [changed])]
