"""The OpenBCI Ganglion: GATT table, commands, compressed packets (docs.openbci.com, "Ganglion Data Format").

A packet is one byte that says what it is and 19 more: eight numbers of 19 bits, or of 18 and a byte of
acceleration, most significant bit first; two samples of four channels. The lowest bit of a number is its sign
and belongs to it. Firmware 3 sends the highest bits of each 24-bit sample, older ones what a sample is less
than the one before, and once a second a whole sample (packet 0) to begin from.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import UsageError
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.packet import Packet, ProtocolError, wrong_length
from myoedge.firmware_bridge.protocols.cyton import counts_24
from myoedge.firmware_bridge.protocols.gatt import GattMap

PACKET_BYTES = 20
CHANNELS = 4
LIMIT = 1 << 23
MICROVOLT_PER_COUNT = 1.2e6 / (((1 << 23) - 1) * 1.5 * 51.0)  # MCP3912: reference 1.2 V, gains 1.5 and 51
SPECS: Mapping[str, StreamSpec] = {"emg": StreamSpec(200.0, CHANNELS, "count", limit=float(LIMIT))}
NUMBERS = {3: 100, 2: 101}  # firmware -> packets are numbered modulo
LAST_SAMPLES = {3: 199, 2: 200}  # higher first bytes are impedance and text
SOURCE = "data"


class GanglionDecoder:
    """Packets to counts of 24 bits. `version`: 3, or 2 for what older firmware sends.

    With firmware 2 nothing is given after a loss until the next whole sample (up to a second): what the lost
    packets added is not known.
    """

    def __init__(self, version: int) -> None:
        self._version = version
        self._last: NDArray[np.int32] | None = None  # the last sample; None: not known
        self._number = 0

    def __call__(self, source: str, data: bytes) -> Packet | None:
        """None for impedance and text; ProtocolError for what the vendor's page does not know."""
        if source != SOURCE:
            raise ProtocolError(f"a packet from {source!r}; wanted {SOURCE!r}; it is counted and left out")
        if data and data[0] > LAST_SAMPLES[self._version]:
            if data[0] <= 207:
                return None
            raise ProtocolError(f"a packet of kind {data[0]}; wanted 0 to 207; it is counted and left out")
        if len(data) != PACKET_BYTES:
            raise wrong_length(source, len(data), "20")
        return self._whole(data) if self._version == 3 else self._differences(data)

    def _whole(self, data: bytes) -> Packet:
        bits = 18 if data[0] < 100 else 19
        return Packet("emg", numbers(data[1:], bits) << (24 - bits), data[0] % 100)

    def _differences(self, data: bytes) -> Packet | None:
        kind = data[0]
        number = kind if kind <= 100 else kind - 100
        if kind == 0:
            row = counts_24(data[1:13]).reshape(1, CHANNELS)
            self._last, self._number = row[0], 0
            return Packet("emg", row, 0)
        if self._last is None or number != self._number + 1:
            self._last = None
            return None
        steps = numbers(data[1:], 18 if kind <= 100 else 19)
        rows = self._last - np.cumsum(steps, axis=0, dtype=np.int32)
        self._last, self._number = rows[1], number
        return Packet("emg", rows, number)


def numbers(data: bytes, bits: int) -> NDArray[np.int32]:
    """Two rows of four from the first 8 x `bits` bits; bit 0 of each is its sign."""
    flat = np.unpackbits(np.frombuffer(data, np.uint8))[: 8 * bits].reshape(8, bits).astype(np.int32)
    places = np.left_shift(1, np.arange(bits - 1, -1, -1, dtype=np.int32))
    values: NDArray[np.int32] = flat @ places
    signed: NDArray[np.int32] = values - ((values & 1) << bits)
    return signed.reshape(2, CHANNELS)


def version(readings: Mapping[str, bytes]) -> int:
    """3 where the software revision begins so, else 2: what older firmware sends."""
    return 3 if readings.get("firmware", b"").startswith((b"3", b"v3")) else 2


def firmware(readings: Mapping[str, bytes]) -> str:
    return readings.get("firmware", b"2").decode("utf-8", "replace") or "2"


def vibrate(kind: int) -> bytes:
    """It has no motor: an empty text, which it does not heed."""
    if kind not in (1, 2, 3):
        raise UsageError(f"vibration {kind}; wanted 1 (short), 2 (medium) or 3 (long)")
    return b"\n"


def _uuid(short: int) -> str:
    return f"2d30c0{short:02x}-f39f-4ce6-923f-3484ea480596"


_SIMBLEE = "0000fe84-0000-1000-8000-00805f9b34fb"
_INFORMATION = "0000180a-0000-1000-8000-00805f9b34fb"

GATT = GattMap(
    kind="ganglion",
    service=_SIMBLEE,
    services=(_SIMBLEE, _INFORMATION),
    data={_uuid(0x82): SOURCE},
    command=_uuid(0x83),
    readings={"firmware": "00002a28-0000-1000-8000-00805f9b34fb"},
    start=(b"b",),
    stop=(b"s",),
    vibrate=vibrate,
    firmware=firmware,
    name="Ganglion",
)
