"""Writes scalars as TensorBoard reads them, without TensorBoard: one events file of length-framed records.

A record is length (8 bytes, little endian), its checksum, an `Event` message and its checksum. Fields of the
message (tensorflow/core/util/event.proto): wall_time 1, step 2, file_version 3, summary 5; of a summary's
value tag 1, simple_value 2. A checksum is CRC-32C, turned by 15 bits and added to a constant
(tensorflow/core/lib/hash/crc32c.h).
"""

import struct
import time
from collections.abc import Mapping
from pathlib import Path

_CASTAGNOLI = 0x82F63B78
_MASK = 0xA282EAD8


def _table() -> tuple[int, ...]:
    rows = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (_CASTAGNOLI if value & 1 else 0)
        rows.append(value)
    return tuple(rows)


_TABLE = _table()


class EventLog:
    """Appends to a new events file of a folder; a run that goes on later opens another one beside it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        turn = len(list(folder.glob("events.out.tfevents.*")))
        self._file = (folder / f"events.out.tfevents.{int(time.time()):010d}.{turn}.myoedge").open("wb")
        self._write(_text(3, b"brain.Event:2"))

    def __call__(self, step: int, values: Mapping[str, float]) -> None:
        """One point of several curves."""
        summary = b"".join(
            _text(1, _text(1, tag.encode()) + b"\x15" + struct.pack("<f", value))
            for tag, value in values.items()
        )
        self._write(b"\x10" + _varint(step) + _text(5, summary))
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def _write(self, event: bytes) -> None:
        data = b"\x09" + struct.pack("<d", time.time()) + event
        length = struct.pack("<Q", len(data))
        self._file.write(length + _checksum(length) + data + _checksum(data))


def crc32c(data: bytes) -> int:
    """CRC-32C (RFC 3720, appendix B.4)."""
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ _TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def _checksum(data: bytes) -> bytes:
    value = crc32c(data)
    return struct.pack("<I", (value >> 15 | value << 17) + _MASK & 0xFFFFFFFF)


def _text(number: int, data: bytes) -> bytes:
    """A length-delimited field."""
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
