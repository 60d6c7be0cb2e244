"""The OYMotion gForcePro: GATT table, commands and packets (github oymotion/gForceSDKPython, gforce.py).

Packets carry no number: a loss shows by time alone. One longer than the ATT MTU comes in parts, `ff n ...`
with n counting down to 0.
"""

import struct
from collections.abc import Mapping

import numpy as np

from myoedge.edge.errors import UsageError
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.packet import Packet, ProtocolError, wrong_length
from myoedge.firmware_bridge.protocols.gatt import GattMap

CHANNELS, EMG_BYTES = 8, 128
RATES_HZ = {8: 1000, 12: 500}  # bits -> Hz: what the radio carries
REFERENCE_V, GAIN = 1.25, 1200  # LibEMG's: full scale is the reference over the gain
ACCELERATION, ROTATION, EULER, QUATERNION, EMG, PART = 0x01, 0x02, 0x04, 0x05, 0x08, 0xFF
SOURCE = "data"
CONFIGURE_EMG, SWITCH_DATA = 0x3F, 0x4F
EMG_FLAG = 0x80


def spec(bits: int) -> StreamSpec:
    """EMG at that resolution."""
    return StreamSpec(float(RATES_HZ[bits]), CHANNELS, "count", limit=float(1 << (bits - 1)))


def microvolt_per_count(bits: int) -> float:
    return REFERENCE_V / GAIN / (1 << (bits - 1)) * 1e6


class GforceDecoder:
    """Notifications to Packets of int16 counts around 0; parts are joined first."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._parts, self._next = b"", 0

    def __call__(self, source: str, data: bytes) -> Packet | None:
        """None for what holds no EMG, and for a part; ProtocolError for what makes no sense."""
        if source != SOURCE or len(data) < 2:
            raise wrong_length(source, len(data), "2 or more, of the data characteristic")
        if data[0] == PART:
            whole = self._join(data)
            return None if whole is None else self(source, whole)
        self._parts = b""
        if data[0] != EMG:
            return None
        if len(data) != 1 + EMG_BYTES:
            raise wrong_length(source, len(data), f"{1 + EMG_BYTES}")
        if self._bits == 8:
            counts = np.frombuffer(data[1:], np.uint8).astype(np.int16) - np.int16(128)
        else:
            counts = (np.frombuffer(data[1:], "<u2") & 0x0FFF).astype(np.int16) - np.int16(2048)
        return Packet("emg", counts.reshape(-1, CHANNELS))

    def _join(self, data: bytes) -> bytes | None:
        """The whole packet once its last part has come."""
        left = data[1]
        if self._parts and left != self._next:
            self._parts = b""
            raise ProtocolError(f"part {left} of a packet; wanted {self._next}; both are left out")
        self._parts += data[2:]
        self._next = left - 1
        if left:
            return None
        whole, self._parts = self._parts, b""
        if not whole or whole[0] == PART:
            raise ProtocolError("a packet of parts holds none; it is counted and left out")
        return whole


def start(bits: int) -> tuple[bytes, ...]:
    """Rate, all channels, 128 bytes a packet, resolution; then EMG on."""
    configured = struct.pack("<BHHBB", CONFIGURE_EMG, RATES_HZ[bits], 0xFF, EMG_BYTES, bits)
    return configured, struct.pack("<BI", SWITCH_DATA, EMG_FLAG)


def vibrate(kind: int) -> bytes:
    """Its motor knows only on and off, and would stay on if the link went: only a harmless question."""
    if kind not in (1, 2, 3):
        raise UsageError(f"vibration {kind}; wanted 1 (short), 2 (medium) or 3 (long)")
    return b"\x00"


def firmware(readings: Mapping[str, bytes]) -> str:
    """It tells its version by a notification only, which nobody asks for here."""
    return ""


def uuid(short: int) -> str:
    """The vendor's 128-bit UUID of a 16-bit short one."""
    return f"f000{short:04x}-0451-4000-b000-000000000000"


_SERVICE = "0000ffd0-0000-1000-8000-00805f9b34fb"

GATT = GattMap(
    kind="gforce",
    service=_SERVICE,
    services=(_SERVICE,),
    data={uuid(0xFFE2): SOURCE},
    command=uuid(0xFFE1),
    readings={},
    start=start(12),
    stop=(struct.pack("<BI", SWITCH_DATA, 0),),
    vibrate=vibrate,
    firmware=firmware,
    name="gForce",
)
