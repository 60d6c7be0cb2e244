"""The virtual OpenBCI Cyton: what its dongle says (docs.openbci.com, "Cyton Data Format", "Cyton SDK").

Commands are single letters: v resets and tells what is there, b starts, s stops, d sets the channels to
their defaults, V tells the version, C asks for 16 channels, c for 8; answers end in $$$. A sample is A0,
counter, 8 x 3 bytes big endian, acceleration 3 x 2 bytes (0.002 g / 16 a count), C0. With a Daisy odd
counters hold the Cyton's channels and even ones the Daisy's: each board has 125 samples a second.
"""

import asyncio

import numpy as np

from myoedge.firmware_bridge.virtual.body import Body
from myoedge.firmware_bridge.virtual.pacer import Lanes, pace
from myoedge.firmware_bridge.virtual.playback import Player
from myoedge.firmware_bridge.virtual.serial_cable import Cable

NAME = "OpenBCI Cyton"
RATE_HZ, DAISY_RATE_HZ = 250.0, 125.0
LIMIT = 32767  # of the wearer, in counts of 22.35 nV: 0.73 mV, as large as surface EMG is. Our choice
UPRIGHT = bytes((0, 0, 0, 0, 0x1F, 0x40))  # 1 g on z: 8000 x 0.002 / 16
BOARD = "OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\n"
DAISY = "On Daisy ADS1299 Device ID: 0x3E\n"
REST = "LIS3DH Device ID: 0x33\nFirmware: v3.1.2\n$$$"


class NoBattery:
    """The board does not tell how full its battery is."""

    def set(self, percent: int) -> None:
        """Nobody learns of it."""


class VirtualCyton:
    """A Cyton at the end of `cable`, with a Daisy if it has 16 channels."""

    def __init__(self, cable: Cable, body: Body, channels: int, player: Player | None = None) -> None:
        self.peripheral, self.body, self.battery, self.channels = cable, body, NoBattery(), channels
        self._player = player
        self._stream: asyncio.Task[None] | None = None
        self._number = 0
        cable.on_bytes, cable.on_gone = self._hear, self._stop

    async def start(self) -> None:
        """Plug it in."""
        self.peripheral.plug()

    def _hear(self, data: bytes) -> None:
        for letter in data.decode("latin-1"):
            self._obey(letter)

    def _obey(self, letter: str) -> None:
        match letter:
            case "b":
                self._stop()
                self._number = 0
                self._stream = asyncio.ensure_future(self._send())
            case "s":
                self._stop()
            case "v":
                self._stop()
                self._tell(BOARD + (DAISY if self.channels == 16 else "") + REST)
            case "d":
                self._tell("updating channel settings to default$$$")
            case "V":
                self._tell("v3.1.2$$$")
            case "D":
                self._tell("060110$$$")
            case "X":
                self._tell("Success: Channel set for 1$$$")
            case "C":
                self._tell("16$$$" if self.channels == 16 else "no daisy to attach!8$$$")
            case "c":
                self._tell("8$$$")

    def _tell(self, text: str) -> None:
        if self._stream is None:  # while it streams it says nothing else
            self.peripheral.send(text.encode())

    def _stop(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None

    async def _send(self) -> None:
        if self._player is not None:
            await self._player.run(lambda _, data: self.peripheral.send(data), self.peripheral.truth)
            return
        await pace(self.body, Lanes(1, self._send_row))

    def _send_row(self) -> None:
        row = self.body.emg(1)[0].astype(int)
        if self.channels == 16:
            if self._number == 0:
                self._number = 1  # the first of a pair is odd
            self._send_board(row[:8])
            self._send_board(row[8:])
        else:
            self._send_board(row)

    def _send_board(self, values: "np.ndarray[tuple[int, ...], np.dtype[np.int_]]") -> None:
        channels = b"".join(int(value).to_bytes(3, "big", signed=True) for value in values)
        self.peripheral.send(b"\xa0" + bytes((self._number,)) + channels + UPRIGHT + b"\xc0", 1)
        self._number = (self._number + 1) % 256
