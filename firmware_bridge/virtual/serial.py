"""The virtual plain serial armband: docs/protocol-serial.md as a firmware would write it.

A frame is 00, COBS of (body, CRC-32 little endian), 00. The body's first byte says what follows:
  02 info (alone: asks for it), 03 data,
  04 command (answered by 04, its first byte, then 0 done, 1 unknown, 2 wrong length),
  05 battery, percent (alone: asks for it). What follows is the generic protocol's, byte for byte.
"""

import asyncio
import struct
import time

import numpy as np

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.virtual.body import Body
from myoedge.firmware_bridge.virtual.pacer import Lanes, pace
from myoedge.firmware_bridge.virtual.playback import Player
from myoedge.firmware_bridge.virtual.serial_cable import Cable

NAME = "openband"
VERSION, LIMIT, MICROVOLT_PER_COUNT = 1, 32767, 0.195
INFO, DATA, COMMAND, BATTERY = 2, 3, 4, 5
STOP, START, VIBRATE = 0, 1, 2
COMMAND_LENGTHS = {STOP: 1, START: 1, VIBRATE: 3}
DONE, UNKNOWN, WRONG_LENGTH = 0, 1, 2
HEADER = struct.Struct("<BHIB")
DATA_BYTES = 245  # kind byte and 244 of the generic protocol
PACKET_S = 0.01  # a packet waits at most this long to be filled
LINE_BYTES_PER_S = 92_160  # 921,600 baud, ten bits a byte
POLYNOMIAL = 0xEDB88320  # CRC-32 as in Ethernet, zip and zlib, bits reversed


def crc32(data: bytes) -> int:
    """As a microcontroller without a table would."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (POLYNOMIAL if value & 1 else 0)
    return value ^ 0xFFFFFFFF


TABLE = [crc32(bytes((i,))) ^ crc32(b"\0") for i in range(256)]


def fast_crc32(data: bytes) -> int:
    """The same by a table of 256 words."""
    value = 0xFFFFFFFF
    for byte in data:
        value = (value >> 8) ^ TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def frame(body: bytes) -> bytes:
    """Stuffed byte by byte: a place is kept for each run's length, and filled when its 00 comes."""
    out, code_at, code = bytearray(b"\0\1"), 1, 1
    for byte in body + fast_crc32(body).to_bytes(4, "little"):
        if byte:
            out.append(byte)
            code += 1
            continue
        out[code_at] = code
        code_at, code = len(out), 1
        out.append(1)
    out[code_at] = code
    return bytes(out) + b"\0"


class Receiver:
    """The device's own reading of the host's frames, byte by byte."""

    def __init__(self) -> None:
        self._out = bytearray()
        self._code = self._left = 0  # length byte of the run at hand; bytes of it to come

    def feed(self, data: bytes) -> list[bytes]:
        """Bodies that are whole and whose CRC holds."""
        found = []
        for byte in data:
            if byte == 0:
                if self._left == 0 and len(self._out) > 4:
                    body, crc = bytes(self._out[:-4]), int.from_bytes(self._out[-4:], "little")
                    if fast_crc32(body) == crc:
                        found.append(body)
                self._out.clear()
                self._code = self._left = 0
            elif self._left:
                self._out.append(byte)
                self._left -= 1
            else:
                if self._code:
                    self._out.append(0)
                self._code, self._left = byte, byte - 1
        return found


def rows_per_frame(channels: int, rate_hz: float) -> int:
    """Rows that fit a frame and are not older than 10 ms when it is full.

    Raises UsageError when a row does not fit, or the stream needs more than 921,600 baud carry.
    """
    fit = (DATA_BYTES - HEADER.size) // (2 * channels)
    if channels < 1 or not fit or rate_hz <= 0:
        raise UsageError(
            f"{channels} channels at {rate_hz:g} Hz; wanted 1 to 118 channels and a rate above 0"
        )
    rows = max(1, min(fit, int(rate_hz * PACKET_S)))
    needed = rate_hz / rows * (HEADER.size + 2 * channels * rows + 7)
    if needed > LINE_BYTES_PER_S:
        raise UsageError(
            f"{channels} channels at {rate_hz:g} Hz need {needed / 1000:.0f} kB/s; "
            f"921600 baud carry {LINE_BYTES_PER_S / 1000:.0f}; ask for less"
        )
    return rows


class SerialBattery:
    """State of charge, in percent; a new one is sent by itself."""

    def __init__(self, cable: Cable, percent: int) -> None:
        self._cable, self.percent = cable, percent

    def set(self, percent: int) -> None:
        self.percent = percent
        self.send()

    def send(self) -> None:
        self._cable.send(frame(bytes((BATTERY, self.percent))))


class VirtualSerial:
    """A plain serial armband at the end of `cable`, measuring `body` at `rate_hz`."""

    def __init__(
        self,
        cable: Cable,
        body: Body,
        channels: int,
        rate_hz: float,
        player: Player | None = None,
        battery: int = 91,
    ) -> None:
        self.peripheral, self.body, self.battery = cable, body, SerialBattery(cable, battery)
        self.channels, self.rate_hz, self.rows = channels, rate_hz, rows_per_frame(channels, rate_hz)
        self._player = player
        self._receiver = Receiver()
        self._stream: asyncio.Task[None] | None = None
        self._number = 0
        cable.on_bytes, cable.on_gone = self._hear, self._stop

    async def start(self) -> None:
        """Plug it in."""
        self.peripheral.plug()

    def _hear(self, data: bytes) -> None:
        for body in self._receiver.feed(data):
            if body == bytes((INFO,)):
                self.peripheral.send(frame(bytes((INFO,)) + self._info()))
            elif body == bytes((BATTERY,)):
                self.battery.send()
            elif body[0] == COMMAND and len(body) > 1:
                self.peripheral.send(frame(bytes((COMMAND, body[1], self._command(body[1:])))))

    def _info(self) -> bytes:
        head = struct.pack("<4B", VERSION, self.channels, self.rows, 0)
        return head + struct.pack("<2f2H", self.rate_hz, MICROVOLT_PER_COUNT, LIMIT, 0)

    def _command(self, value: bytes) -> int:
        if value[0] not in COMMAND_LENGTHS:
            return UNKNOWN
        if len(value) != COMMAND_LENGTHS[value[0]]:
            return WRONG_LENGTH
        if value[0] == VIBRATE:
            ms = int.from_bytes(value[1:], "little")
            self.peripheral.truth({"truth": "vibrated", "kind": 0, "ms": ms, "t_ns": time.monotonic_ns()})
            return DONE
        self._stop()
        if value[0] == START:
            self._stream = asyncio.ensure_future(self._send())
        return DONE

    def _stop(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None

    async def _send(self) -> None:
        if self._player is not None:
            await self._player.run(lambda _, data: self.peripheral.send(data), self.peripheral.truth)
            return
        await pace(self.body, Lanes(self.rows, self._send_rows))

    def _send_rows(self) -> None:
        tick_us = round(self.body.emg_at * 1e6 / self.rate_hz) & 0xFFFFFFFF
        rows = np.clip(self.body.emg(self.rows), -LIMIT - 1, LIMIT).astype("<i2")
        header = HEADER.pack(DATA, self._number, tick_us, self.rows)
        self._number = (self._number + 1) & 0xFFFF
        self.peripheral.send(frame(header + rows.tobytes()), self.rows)
