"""The generic armband protocol (docs/protocol-generic.md): any channels and rate, numbered packets."""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from myoedge.edge.errors import LinkError, UsageError
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.packet import Packet, ProtocolError, wrong_length
from myoedge.firmware_bridge.protocols.gatt import BATTERY_LEVEL, BATTERY_SERVICE, GattMap

VERSION = 1
NUMBERS = 1 << 16  # packets are numbered by a u16
MAX_PAYLOAD = 244  # one link-layer packet with data length extension: ATT MTU 247 less 3
MAX_RATE_HZ = 100_000.0
DATA_SOURCE = "data"

_INFO = struct.Struct("<BBBBffHH")
_HEADER = struct.Struct("<HIB")


def uuid(short: int) -> str:
    """The protocol's 128-bit UUID of number 0..255."""
    return f"6d796f65-6467-4500-8000-0000000000{short:02x}"


@dataclass(frozen=True, slots=True)
class GenericInfo:
    """What the info characteristic says."""

    channels: int
    rows: int  # samples a packet, at most
    rate_hz: float
    microvolt_per_count: float
    limit: int  # full scale, counts

    @property
    def spec(self) -> StreamSpec:
        return StreamSpec(self.rate_hz, self.channels, "count", limit=float(self.limit))

    @classmethod
    def decode(cls, data: bytes) -> "GenericInfo":
        """From the 16 bytes of the characteristic; ProtocolError if they make no sense."""
        if len(data) != _INFO.size:
            raise wrong_length("info", len(data), str(_INFO.size))
        version, channels, rows, _, rate_hz, scale, limit, _ = _INFO.unpack(data)
        if version != VERSION:
            raise ProtocolError(
                f"generic protocol version {version}; this program speaks {VERSION}; update it"
            )
        size = _HEADER.size + 2 * channels * rows
        sound = channels and rows and limit and size <= MAX_PAYLOAD
        if not (sound and 0 < rate_hz <= MAX_RATE_HZ and math.isfinite(scale) and scale > 0):
            raise ProtocolError(
                f"info of {channels} channels, {rows} rows, {rate_hz} Hz, limit {limit}; wanted all positive "
                f"and packets of at most {MAX_PAYLOAD} bytes; the armband's firmware is at fault"
            )
        return cls(channels, rows, rate_hz, scale, limit)


def decode(channels: int, source: str, data: bytes) -> Packet:
    """A data notification as a Packet of int16 counts; ProtocolError if it is none."""
    if source != DATA_SOURCE:
        raise ProtocolError(f"a packet from {source!r}; wanted {DATA_SOURCE!r}; it is counted and left out")
    if len(data) < _HEADER.size:
        raise wrong_length(source, len(data), f"a header of {_HEADER.size}")
    number, _tick_us, rows = _HEADER.unpack_from(data)
    if rows == 0 or len(data) != _HEADER.size + 2 * rows * channels:
        raise wrong_length(source, len(data), f"{_HEADER.size} + 2 x {rows} rows x {channels} channels")
    counts = np.frombuffer(data[_HEADER.size :], "<i2")  # the slice copies, so that the counts are aligned
    return Packet("emg", counts.reshape(rows, channels), number)


def start() -> bytes:
    return b"\x01"


def stop() -> bytes:
    return b"\x00"


def vibrate(kind: int) -> bytes:
    """1 short (150 ms), 2 medium (400 ms), 3 long (900 ms)."""
    if kind not in (1, 2, 3):
        raise UsageError(f"vibration {kind}; wanted 1 (short), 2 (medium) or 3 (long)")
    return struct.pack("<BH", 2, (150, 400, 900)[kind - 1])


def firmware(readings: Mapping[str, bytes]) -> str:
    """Protocol version in words; LinkError when the armband does not speak it."""
    try:
        GenericInfo.decode(readings.get("info", b""))
    except ProtocolError as error:
        raise LinkError(f"the armband cannot be used: {error}") from error
    return f"generic {VERSION}"


GATT = GattMap(
    kind="generic",
    service=uuid(0x01),
    services=(uuid(0x01), BATTERY_SERVICE),
    data={uuid(0x03): DATA_SOURCE},
    command=uuid(0x04),
    readings={"info": uuid(0x02), "battery": BATTERY_LEVEL},
    start=(start(),),
    stop=(stop(),),
    vibrate=vibrate,
    firmware=firmware,
)
