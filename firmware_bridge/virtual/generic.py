"""The virtual generic armband: any channels and rate in 16 bits over BLE, with counted and stamped packets.

Little endian; UUIDs 6d796f65-6467-4500-8000-0000000000NN. Service 01 holds
  02 info, read, 16 bytes: version u8 = 1, channels u8, rows a packet u8, flags u8 = 0, rate_hz f32,
     microvolt_per_count f32, full scale in counts u16, reserved u16;
  03 data, notify: packet counter u16, device time of the first row in microseconds u32, rows u8,
     rows x channels i16;
  04 command, write: 01 start, 00 stop, 02 + u16 vibrate for so many milliseconds.
Battery level at 180f/2a19. A payload is at most 244 bytes (one link-layer packet).
"""

from __future__ import annotations

import asyncio
import struct
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from myoedge.edge.errors import UsageError
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

ADDRESS, NAME = "C6:E0:0E:0A:00:01", "generic"
VERSION, LIMIT, MICROVOLT_PER_COUNT = 1, 32767, 0.195
HEADER = struct.Struct("<HIB")
PAYLOAD_BYTES = 244
PACKET_S = 0.01  # a packet waits at most this long to be filled
AIR_BYTES_PER_S = 170_000  # what LE 2M with data length extension carries
STOP, START, VIBRATE = 0, 1, 2


def generic_uuid(number: int) -> UUID:
    from bumble.core import UUID

    return UUID(f"6D796F65-6467-4500-8000-0000000000{number:02X}")


def rows_per_packet(channels: int, rate_hz: float) -> int:
    """Rows that fit a payload and are not older than 10 ms when it is full.

    Raises UsageError when a row does not fit, or the stream needs more than the air carries.
    """
    fit = (PAYLOAD_BYTES - HEADER.size) // (2 * channels)
    if channels < 1 or not fit or rate_hz <= 0:
        raise UsageError(
            f"{channels} channels at {rate_hz:g} Hz; wanted 1 to 118 channels and a rate above 0"
        )
    rows = max(1, min(fit, int(rate_hz * PACKET_S)))
    needed = rate_hz / rows * (HEADER.size + 2 * channels * rows)
    if needed > AIR_BYTES_PER_S:
        raise UsageError(
            f"{channels} channels at {rate_hz:g} Hz need {needed / 1000:.0f} kB/s; "
            f"Bluetooth LE carries {AIR_BYTES_PER_S / 1000:.0f}; ask for less"
        )
    return rows


class VirtualGeneric:
    """A generic armband on a virtual radio, measuring `body` at `rate_hz`."""

    def __init__(
        self,
        peripheral: Peripheral,
        body: Body,
        channels: int,
        rate_hz: float,
        player: Player | None = None,
        battery: int = 91,
    ) -> None:
        self.peripheral, self.body, self.battery = peripheral, body, Battery(peripheral, battery)
        self.channels, self.rate_hz, self.rows = channels, rate_hz, rows_per_packet(channels, rate_hz)
        self._player = player
        self._stream: asyncio.Task[None] | None = None
        self._sequence = 0
        self._data: Characteristic[Any] | None = None
        peripheral.on_gone = self._stop

    async def start(self) -> None:
        """Build the attribute table and advertise."""
        await self.peripheral.start(self._services())

    def _services(self) -> list[Service]:
        from bumble.gatt import Characteristic, CharacteristicValue, Service

        kind, may = Characteristic.Properties, Characteristic.Permissions
        head = struct.pack("<4B", VERSION, self.channels, self.rows, 0)
        info = head + struct.pack("<2f2H", self.rate_hz, MICROVOLT_PER_COUNT, LIMIT, 0)
        command = CharacteristicValue[bytes](write=self._command)
        self._data = Characteristic(generic_uuid(3), kind.NOTIFY, may.READABLE, b"")
        armband = [
            Characteristic(generic_uuid(2), kind.READ, may.READABLE, info),
            self._data,
            Characteristic[bytes](generic_uuid(4), kind.WRITE, may.READABLE | may.WRITEABLE, command),
        ]
        return [Service(generic_uuid(1), armband), self.battery.service()]

    def _command(self, connection: Connection, value: bytes) -> None:
        """A write to the command characteristic.

        Raises ATT_Error (0x06 unknown command, 0x0D wrong length, 0x11 the MTU cannot hold a packet).
        """
        from bumble.att import ATT_Error, ErrorCode

        wanted = {STOP: 1, START: 1, VIBRATE: 3}
        if not value or value[0] not in wanted:
            raise ATT_Error(ErrorCode.REQUEST_NOT_SUPPORTED if value else ErrorCode.INVALID_ATTRIBUTE_LENGTH)
        if len(value) != wanted[value[0]]:
            raise ATT_Error(ErrorCode.INVALID_ATTRIBUTE_LENGTH)
        if value[0] == START and connection.att_mtu - 3 < HEADER.size + 2 * self.channels * self.rows:
            raise ATT_Error(ErrorCode.INSUFFICIENT_RESOURCES)
        self._obey(value)

    def _obey(self, value: bytes) -> None:
        if value[0] == VIBRATE:
            ms = int.from_bytes(value[1:], "little")
            self.peripheral.truth({"truth": "vibrated", "kind": 0, "ms": ms, "t_ns": time.monotonic_ns()})
            return
        self._stop()
        if value[0] == START:
            self._stream = asyncio.ensure_future(self._send())

    def _stop(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None

    async def _send(self) -> None:
        if self._player is not None:
            await self._player.run(self._send_payload, self.peripheral.truth)
            return
        await pace(self.body, Lanes(self.rows, self._send_rows))

    def _send_rows(self) -> None:
        tick_us = round(self.body.emg_at * 1e6 / self.rate_hz) & 0xFFFFFFFF
        rows = np.clip(self.body.emg(self.rows), -LIMIT - 1, LIMIT).astype("<i2")
        header = HEADER.pack(self._sequence, tick_us, self.rows)
        self._sequence = (self._sequence + 1) & 0xFFFF
        if self._data is not None:
            self.peripheral.notify(self._data, header + rows.tobytes(), self.rows)

    def _send_payload(self, source: str, data: bytes) -> None:
        if self._data is not None and source == "data":
            self.peripheral.notify(self._data, data, data[HEADER.size - 1] if len(data) >= HEADER.size else 0)


def make_generic_peripheral(
    radio: Radio, truth: Truth, name: str, address: str, loss: float, seed: int
) -> Peripheral:
    """The Bluetooth half of a generic armband."""
    identity = Identity(name or NAME, address or ADDRESS, generic_uuid(1))
    return Peripheral(radio, identity, truth, loss, seed)
