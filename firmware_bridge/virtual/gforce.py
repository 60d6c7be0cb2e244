"""The virtual gForcePro: EMG and a still quaternion as asked for (github oymotion/gForceSDKPython).

Service FFD0 holds F000FFE1-0451-4000-B000-000000000000 (commands, answered by notification: result,
command, data) and F000FFE2-.. (data: kind, payload). 3F sets rate u16, channel mask u16, bytes a packet u8
and bits u8; 46 reads them back; 4F and u32 flags switch data on: 10 quaternion, 80 EMG. What is longer than
the MTU comes in parts: FF, parts still to come, bytes.
"""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from myoedge.firmware_bridge.virtual.body import Body, Truth
from myoedge.firmware_bridge.virtual.pacer import Lanes, pace
from myoedge.firmware_bridge.virtual.peripheral import Identity, Peripheral
from myoedge.firmware_bridge.virtual.playback import Player
from myoedge.firmware_bridge.virtual.radio import Radio

if TYPE_CHECKING:
    from bumble.core import UUID
    from bumble.device import Connection
    from bumble.gatt import Characteristic, Service

ADDRESS, NAME = "F0:C7:7F:00:11:22", "gForcePro+(1122)"
CHANNELS, RATE_HZ, LIMIT = 8, 500.0, 2047
DONE, UNSUPPORTED, BAD = 0, 1, 2
EMG, QUATERNION = 0x80, 0x10


class VirtualGforce:
    """A gForcePro on a virtual radio, measuring in 12 bits at 500 Hz."""

    def __init__(self, peripheral: Peripheral, body: Body, player: Player | None = None) -> None:
        self.peripheral, self.body, self.channels = peripheral, body, CHANNELS
        self._player = player
        self._config, self._flags = (500, 0xFF, 128, 12), 0
        self._stream: asyncio.Task[None] | None = None
        self._answers: Characteristic[Any] | None = None
        self._data: Characteristic[Any] | None = None
        self.percent = 90
        peripheral.on_gone = self._stop

    @property
    def battery(self) -> VirtualGforce:
        return self

    def set(self, percent: int) -> None:
        """Told when it is asked for."""
        self.percent = percent

    async def start(self) -> None:
        """Build the attribute table and advertise."""
        await self.peripheral.start(self._services())

    def _services(self) -> list[Service]:
        from bumble.core import UUID
        from bumble.gatt import Characteristic, CharacteristicValue, Service

        kind, may = Characteristic.Properties, Characteristic.Permissions
        written = kind.WRITE | kind.WRITE_WITHOUT_RESPONSE | kind.NOTIFY
        command = CharacteristicValue[bytes](write=self._command)
        self._answers = Characteristic[bytes](
            gforce_uuid(0xFFE1), written, may.READABLE | may.WRITEABLE, command
        )
        self._data = Characteristic(gforce_uuid(0xFFE2), kind.NOTIFY, may.READABLE, b"")
        return [Service(UUID.from_16_bits(0xFFD0), [self._answers, self._data])]

    def _command(self, _: Connection, value: bytes) -> None:
        if value and self._answers is not None:
            result, said = self._obey(value[0], value[1:])
            self.peripheral.notify(self._answers, bytes((result, value[0])) + said)

    def _obey(self, command: int, data: bytes) -> tuple[int, bytes]:
        told = {0x00: b"1.9", 0x01: struct.pack("<I", 0x7FF), 0x06: b"4.1.0", 0x08: bytes((self.percent,))}
        if command in told:
            return DONE, told[command]
        if command == 0x46:
            return DONE, struct.pack("<HHBB", *self._config)
        if command == 0x3F:
            return self._configure(data), b""
        if command == 0x4F and len(data) == 4:
            self._switch(int.from_bytes(data, "little"))
            return DONE, b""
        return (BAD if command == 0x4F else UNSUPPORTED), b""

    def _configure(self, data: bytes) -> int:
        if len(data) != 6:
            return BAD
        rate_hz, mask, size, bits = struct.unpack("<HHBB", data)
        if (rate_hz, mask, size, bits) != (500, 0xFF, 128, 12):
            return BAD  # this one's electrodes are measured in 12 bits only
        self._config = rate_hz, mask, size, bits
        return DONE

    def _switch(self, flags: int) -> None:
        self._stop()
        self._flags = flags
        if flags:
            self._stream = asyncio.ensure_future(self._send())

    def _stop(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None

    async def _send(self) -> None:
        if self._player is not None:
            await self._player.run(lambda _, data: self._notify(data, 0), self.peripheral.truth)
            return
        await pace(self.body, Lanes(8, self._send_rows))

    def _send_rows(self) -> None:
        rows = self.body.emg(8)
        if self._flags & EMG:
            self._notify(b"\x08" + (np.clip(rows, -2048, LIMIT) + 2048).astype("<u2").tobytes(), 8)
        if self._flags & QUATERNION:
            self._notify(b"\x05" + struct.pack("<4f", 1, 0, 0, 0), 0)

    def _notify(self, packet: bytes, samples: int) -> None:
        connection = self.peripheral.connection
        if self._data is None or connection is None:
            return
        room = connection.att_mtu - 3
        if len(packet) <= room:
            self.peripheral.notify(self._data, packet, samples)
            return
        parts = [packet[at : at + room - 2] for at in range(0, len(packet), room - 2)]
        for left, part in zip(reversed(range(len(parts))), parts, strict=True):
            self.peripheral.notify(self._data, bytes((0xFF, left)) + part, 0 if left else samples)


def gforce_uuid(short: int) -> UUID:
    from bumble.core import UUID

    return UUID(f"F000{short:04X}-0451-4000-B000-000000000000")


def make_gforce_peripheral(
    radio: Radio, truth: Truth, name: str, address: str, loss: float, seed: int
) -> Peripheral:
    """The Bluetooth half of a gForcePro."""
    from bumble.core import UUID

    identity = Identity(name or NAME, address or ADDRESS, UUID.from_16_bits(0xFFD0))
    return Peripheral(radio, identity, truth, loss, seed)
