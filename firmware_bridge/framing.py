"""From bytes as they come to whole packets (stop 2): nothing to do on BLE, resynchronising on a wire."""

import zlib
from typing import Protocol

MAX_BODY = 249  # with its CRC of four bytes it stays within 253, where COBS costs one byte
_CRC_BYTES = 4
_LONGEST = MAX_BODY + _CRC_BYTES + 1


class Deframer(Protocol):
    """Cuts a source's bytes into whole packets; bytes between them are counted in `noise`.

    `reset` forgets a packet that has begun: the link was gone, its end will not come.
    """

    @property
    def noise(self) -> int: ...

    def feed(self, data: bytes) -> list[bytes]: ...

    def reset(self) -> None: ...


class WholeFrames:
    """BLE: the link layer delivers each notification whole, checked by its CRC."""

    noise = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The notification itself."""
        return [data]

    def reset(self) -> None:
        """Nothing is ever half here."""


class CobsFrames:
    """Frames of docs/protocol-serial.md: 00, COBS of body and CRC-32, 00. Noise costs the frame it hits.

    Consistent overhead byte stuffing: Cheshire and Baker, IEEE/ACM Transactions on Networking 7(2), 1999.
    """

    def __init__(self) -> None:
        self.noise = 0
        self._begun = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies of the frames that these bytes complete."""
        *ended, rest = data.split(b"\0")
        if not ended:
            self._begin(rest)
            return []
        self._begun += ended[0]
        ended[0] = bytes(self._begun)
        self._begun.clear()
        self._begin(rest)
        return [body for coded in ended if coded and (body := self._body(coded)) is not None]

    def reset(self) -> None:
        self.noise += len(self._begun)
        self._begun.clear()

    def _begin(self, part: bytes) -> None:
        """Keep the start of a frame; of what is too long to be one only so much that it stays too long."""
        self._begun += part
        beyond = len(self._begun) - _LONGEST - 1
        if beyond > 0:
            self.noise += beyond
            del self._begun[-beyond:]

    def _body(self, coded: bytes) -> bytes | None:
        whole = cobs_decode(coded) if len(coded) <= _LONGEST else None
        if whole is not None and len(whole) > _CRC_BYTES:
            body = whole[:-_CRC_BYTES]
            if zlib.crc32(body) == int.from_bytes(whole[-_CRC_BYTES:], "little"):
                return body
        self.noise += len(coded)
        return None


def cobs_frame(body: bytes) -> bytes:
    """One body (1 to 249 bytes) as it goes over the wire, with a 00 before and after it."""
    return b"\0" + cobs_encode(body + zlib.crc32(body).to_bytes(_CRC_BYTES, "little")) + b"\0"


def cobs_encode(data: bytes) -> bytes:
    """`data` (at most 253 bytes here) without any 00: each run is led by its length and one."""
    return b"".join(bytes((len(run) + 1,)) + run for run in data.split(b"\0"))


def cobs_decode(coded: bytes) -> bytes | None:
    """The inverse for blocks of at most 254 bytes; None when these bytes are no such block."""
    runs, at, end = [], 0, len(coded)
    while at < end:
        length = coded[at]
        if length == 0 or at + length > end:
            return None
        runs.append(coded[at + 1 : at + length])
        at += length
    return b"\0".join(runs)
