"""The OpenBCI Cyton, alone or with its Daisy: commands and frames (docs.openbci.com, "Cyton Data Format").

A frame is 33 bytes: A0, counter, eight channels of 24 bits big endian, six auxiliary bytes, C0 to C6. There
is no checksum: whether bytes are a frame is told by its two ends, and by the counter of the one after it.
"""

import re
from collections.abc import Mapping

import numpy as np

from myoedge.edge.errors import LinkError
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.packet import Packet, ProtocolError, wrong_length
from myoedge.firmware_bridge.protocols.wire import WIRE_SOURCE, Wire

BAUD = 115_200
FRAME_BYTES = 33
FIRST, LAST = 0xA0, range(0xC0, 0xC7)
CHANNELS = 8
LIMIT = (1 << 23) - 1
REFERENCE_V, GAIN = 4.5, 24  # of the ADS1299; the gain that `d` sets
MICROVOLT_PER_COUNT = REFERENCE_V / GAIN / LIMIT * 1e6
END_OF_TEXT = b"$$$"

ALONE: Mapping[str, StreamSpec] = {"emg": StreamSpec(250.0, CHANNELS, "count", limit=float(LIMIT))}
WITH_DAISY: Mapping[str, StreamSpec] = {"emg": StreamSpec(125.0, 2 * CHANNELS, "count", limit=float(LIMIT))}
NUMBERS = 256  # frames are numbered by a u8; a pair of them by half of it


class CytonFrames:
    """Cuts frames from bytes. Without hold it believes a frame only once the next one counts on from it.

    That makes one false frame in about 10^11 bytes of noise, where its ends alone make one in ten thousand.
    """

    def __init__(self) -> None:
        self.noise = 0
        self._begun = b""
        self._held = False  # the last frame ended where these bytes begin

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that these bytes complete, or prove."""
        waiting, at, frames = self._begun + data, 0, list[bytes]()
        while len(waiting) - at >= FRAME_BYTES:
            if self._held and _is_frame(waiting, at):
                frames.append(waiting[at : at + FRAME_BYTES])
                at += FRAME_BYTES
                continue
            self._held = False
            start = self._find(waiting, at)
            self.noise += start - at
            at = start
            if not self._held:
                break
        self._begun = waiting[at:]
        return frames

    def reset(self) -> None:
        self.noise += len(self._begun)
        self._begun, self._held = b"", False

    def _find(self, data: bytes, at: int) -> int:
        """Where the next two frames in a row begin (then it holds), or the first place where they may."""
        while (at := data.find(FIRST, at)) >= 0:
            if len(data) - at < FRAME_BYTES:
                return at
            if _is_frame(data, at):
                if len(data) - at < 2 * FRAME_BYTES:
                    return at
                follows = at + FRAME_BYTES
                if _is_frame(data, follows) and data[follows + 1] == (data[at + 1] + 1) % 256:
                    self._held = True
                    return at
            at += 1
        return len(data)


def _is_frame(data: bytes, at: int) -> bool:
    return data[at] == FIRST and data[at + FRAME_BYTES - 1] in LAST


class CytonDecoder:
    """Frames to Packets of int32 counts.

    With a Daisy an odd frame (the Cyton's channels) and the even one after it (the Daisy's) make a row, as in
    the vendor's own driver; BrainFlow takes the even one before it. A half whose other half was lost is left
    out; the number then jumps and the row counts as lost.
    """

    def __init__(self, daisy: bool) -> None:
        self._daisy = daisy
        self._odd: tuple[int, np.ndarray[tuple[int, ...], np.dtype[np.int32]]] | None = None

    def __call__(self, source: str, frame: bytes) -> Packet | None:
        """ProtocolError for what is no frame."""
        if source != WIRE_SOURCE:
            raise ProtocolError(
                f"a frame from {source!r}; wanted {WIRE_SOURCE!r}; it is counted and left out"
            )
        if len(frame) != FRAME_BYTES or not _is_frame(frame, 0):
            raise wrong_length(source, len(frame), "33, from A0 to C0..C6")
        number, row = frame[1], counts_24(frame[2 : 2 + 3 * CHANNELS]).reshape(1, CHANNELS)
        if not self._daisy:
            return Packet("emg", row, number)
        if number % 2:
            self._odd = number, row
            return None
        odd, self._odd = self._odd, None
        if odd is None or (odd[0] + 1) % 256 != number:
            return None
        return Packet("emg", np.hstack((odd[1], row)), odd[0] // 2)


def counts_24(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Signed 24-bit big-endian numbers as int32."""
    octets = np.frombuffer(data, np.uint8).reshape(-1, 3).astype(np.int32)
    return ((octets[:, 0] << 24) | (octets[:, 1] << 16) | (octets[:, 2] << 8)) >> 8


def answer(reading: str, data: bytes) -> bytes | None:
    """The text up to `$$$` of a reset; None until it is there."""
    text, end, _ = data.rpartition(END_OF_TEXT)
    start = text.rfind(b"OpenBCI")
    return text[start:] + end if end and start >= 0 else None


def has_daisy(banner: bytes) -> bool:
    """A Daisy that is plugged in is named in the text of a reset, by the device number of its own ADS1299."""
    found = re.search(rb"On Daisy ADS1299 Device ID: *0x([0-9A-Fa-f]+)", banner)
    return found is not None and int(found[1], 16) != 0


def firmware(readings: Mapping[str, bytes]) -> str:
    """Its version in words; LinkError when it did not say it is a Cyton."""
    banner = readings.get("banner", b"")
    if b"ADS1299" not in banner:
        raise LinkError(
            f"it says {banner[:60]!r}; wanted the text of an OpenBCI Cyton; is its dongle set to PC?"
        )
    found = re.search(rb"Firmware: *(v[0-9.]+)", banner)
    return found[1].decode() if found else "v1"


WIRE = Wire(
    kind="cyton",
    baud=BAUD,
    questions={"banner": b"v"},
    answer=answer,
    start=(b"d", b"b"),  # all channels as they are made: gain 24, SRB2, bias; then the stream
    stop=(b"s",),
    vibrate=lambda kind: b"",  # it has no motor
    firmware=firmware,
    patience_s=2.0,
)
