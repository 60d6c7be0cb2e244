"""The virtual OpenBCI Ganglion: 4 channels at 200 Hz in packets of 20 bytes (docs.openbci.com).

Service FE84 holds 2D30C082-F39F-4CE6-923F-3484EA480596 (notify), ..83 (write), ..84 (disconnect). Commands
are letters: b start, s stop, n and N acceleration on and off. Device information (180A) tells the software
revision (2A28), by which clients choose between whole samples (3) and differences (2).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from myoedge.firmware_bridge.virtual.body import Body, Truth
from myoedge.firmware_bridge.virtual.pacer import Lanes, pace
from myoedge.firmware_bridge.virtual.peripheral import Identity, Peripheral
from myoedge.firmware_bridge.virtual.playback import Player
from myoedge.firmware_bridge.virtual.radio import Radio

if TYPE_CHECKING:
    from bumble.core import UUID
    from bumble.device import Connection
    from bumble.gatt import Characteristic, Service

ADDRESS, NAME = "D0:11:22:33:44:55", "Ganglion-1a2b"
CHANNELS, RATE_HZ = 4, 200.0
LIMIT = 32767  # of the wearer; one of its counts is 64 of the board's 24 bits, 0.12 uV. Our choice
SHARE = {2: 4, 3: 64}  # firmware -> board's counts in one of the wearer's; differences must fit 19 bits
ACCELERATION = bytes((0, 0, 31))  # 1 g on z at 0.032 g


class VirtualGanglion:
    """A Ganglion on a virtual radio; `firmware` is its software revision, such as 3.0.0 or 2.0.1."""

    def __init__(
        self, peripheral: Peripheral, body: Body, player: Player | None = None, firmware: str = "3.0.0"
    ) -> None:
        self.peripheral, self.body, self.channels = peripheral, body, CHANNELS
        self._firmware, self._version = firmware, 3 if firmware.startswith("3") else 2
        self._player = player
        self._stream: asyncio.Task[None] | None = None
        self._data: Characteristic[Any] | None = None
        self._accelerates = False
        self._count = 0  # of the next packet: 0..99, with firmware 2 0..100
        self._told = [0] * CHANNELS  # firmware 2: the last sample as a host knows it
        peripheral.on_gone = self._stop

    @property
    def battery(self) -> VirtualGanglion:
        return self

    def set(self, percent: int) -> None:
        """The board does not tell how full its battery is."""

    async def start(self) -> None:
        """Build the attribute table and advertise."""
        await self.peripheral.start(self._services())

    def _services(self) -> list[Service]:
        from bumble.core import UUID
        from bumble.gatt import Characteristic, CharacteristicValue, Service

        kind, may = Characteristic.Properties, Characteristic.Permissions
        command = CharacteristicValue[bytes](write=self._command)
        self._data = Characteristic(ganglion_uuid(0x82), kind.READ | kind.NOTIFY, may.READABLE, b"")
        written = kind.WRITE | kind.WRITE_WITHOUT_RESPONSE
        revision = Characteristic[bytes](
            UUID.from_16_bits(0x2A28), kind.READ, may.READABLE, self._firmware.encode()
        )
        board = [
            self._data,
            Characteristic[bytes](ganglion_uuid(0x83), written, may.WRITEABLE, command),
            Characteristic(ganglion_uuid(0x84), kind.WRITE, may.WRITEABLE, b""),
        ]
        return [
            Service(UUID.from_16_bits(0x180A), [revision]),
            Service(UUID.from_16_bits(0xFE84), board),
        ]

    def _command(self, _: Connection, value: bytes) -> None:
        for letter in value.decode("latin-1"):
            match letter:
                case "b":
                    self._stop()
                    self._count = 0
                    self._stream = asyncio.ensure_future(self._send())
                case "s":
                    self._stop()
                case "n" | "N":
                    self._accelerates = letter == "n"

    def _stop(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None

    async def _send(self) -> None:
        if self._player is not None:
            await self._player.run(lambda _, data: self._notify(data, 0), self.peripheral.truth)
            return
        await pace(self.body, Lanes(2, self._send_rows))

    def _send_rows(self) -> None:
        if self._version == 2 and self._count == 0:
            self._send_whole()
            return
        rows = (self.body.emg(2).astype(int) * SHARE[self._version]).tolist()
        bits = 18 if self._accelerates else 19
        if self._version == 3:
            packed = pack([value >> (24 - bits) for row in rows for value in row], bits)
        else:
            packed = pack(self._differences(rows, bits), bits)
        if self._accelerates:
            packed += ACCELERATION[self._count % 10 : self._count % 10 + 1] or b"\0"
        self._notify(bytes((self._count + (0 if self._accelerates else 100),)) + packed, 2)
        self._count = (self._count + 1) % (100 if self._version == 3 else 101)

    def _send_whole(self) -> None:
        """Firmware 2: one sample as it is, from which the next differ."""
        self._told = (self.body.emg(1)[0].astype(int) * SHARE[2]).tolist()
        self._notify(b"\0" + b"".join(v.to_bytes(3, "big", signed=True) for v in self._told) + bytes(7), 1)
        self._count = 1

    def _differences(self, rows: list[list[int]], bits: int) -> list[int]:
        """What each sample is less than the one before, as far as the bits allow; the rest follows later."""
        values, most = [], (1 << (bits - 1)) - 2
        for row in rows:
            for channel, value in enumerate(row):
                step = with_sign(max(-most, min(most, self._told[channel] - value)))
                self._told[channel] -= step
                values.append(step)
        return values

    def _notify(self, packet: bytes, samples: int) -> None:
        if self._data is not None:
            self.peripheral.notify(self._data, packet, samples)


def with_sign(value: int) -> int:
    """The nearest number whose lowest bit is its sign: even from 0 on, odd below."""
    return (value & ~1) | (value < 0)


def pack(values: list[int], bits: int) -> bytes:
    """Eight numbers, each of so many bits with the sign in the lowest, most significant bit first."""
    together = 0
    for value in values:
        together = together << bits | with_sign(value) & ((1 << bits) - 1)
    return together.to_bytes(bits, "big")


def ganglion_uuid(short: int) -> UUID:
    from bumble.core import UUID

    return UUID(f"2D30C0{short:02X}-F39F-4CE6-923F-3484EA480596")


def make_ganglion_peripheral(
    radio: Radio, truth: Truth, name: str, address: str, loss: float, seed: int
) -> Peripheral:
    """The Bluetooth half of a Ganglion."""
    from bumble.core import UUID

    identity = Identity(name or NAME, address or ADDRESS, UUID.from_16_bits(0xFE84))
    return Peripheral(radio, identity, truth, loss, seed)
