"""The Thalmic Myo: GATT table, commands and packets (myohw.h of github thalmiclabs/myo-bluetooth).

All multi-byte values are little endian on the air. Never write deep sleep (04 00): only USB power wakes the
armband.
"""

import struct
from collections.abc import Mapping

import numpy as np

from myoedge.edge.errors import LinkError, UsageError
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.packet import Packet, ProtocolError, wrong_length
from myoedge.firmware_bridge.protocols.gatt import BATTERY_LEVEL, BATTERY_SERVICE, GattMap

ROTATION = 4  # EMG packets go round four characteristics: the only numbering there is
EMG_BYTES = 16  # two samples x 8 channels x int8
IMU_BYTES = (
    20  # int16: quaternion w x y z (/16384), acceleration (/2048 g), rotation (/16 degrees per second)
)
OLDEST_FIRMWARE = (1, 5)  # earlier ones stream no EMG

SPECS: Mapping[str, StreamSpec] = {
    "emg": StreamSpec(200.0, 8, "count", limit=128),
    "imu": StreamSpec(50.0, 10, "count", limit=32768),
}
NUMBERS: Mapping[str, int] = {"emg": ROTATION, "imu": 1}


def uuid(short: int) -> str:
    """The Myo's 128-bit UUID of a 16-bit short one."""
    return f"d506{short:04x}-a904-deb9-4748-2c7f4a124842"


def set_mode(emg: int = 2, imu: int = 1, classifier: int = 0) -> bytes:
    """EMG 0 off, 2 filtered, 3 raw; IMU 0 off, 1 data; classifier 0 off."""
    return bytes((0x01, 3, emg, imu, classifier))


def never_sleep() -> bytes:
    """Without it the armband drops the link when the arm is still."""
    return bytes((0x09, 1, 1))


def vibrate(kind: int) -> bytes:
    """1 short, 2 medium, 3 long."""
    if kind not in (1, 2, 3):
        raise UsageError(f"vibration {kind}; wanted 1 (short), 2 (medium) or 3 (long)")
    return bytes((0x03, 1, kind))


def firmware(readings: Mapping[str, bytes]) -> str:
    """Version in words. LinkError when it is missing or older than 1.5, which cannot stream EMG."""
    raw = readings.get("firmware", b"")
    if len(raw) < 6:
        raise LinkError(f"the armband gave a firmware version of {len(raw)} bytes, wanted 8; is it a Myo?")
    major, minor, patch = struct.unpack_from("<3H", raw)
    if (major, minor) < OLDEST_FIRMWARE:
        raise LinkError(
            f"the Myo's firmware is {major}.{minor}.{patch}; wanted 1.5 or newer, which streams EMG; "
            "update it over USB with Myo Connect"
        )
    return f"{major}.{minor}.{patch}"


_ROTATION_OF = {f"emg{place}": place for place in range(ROTATION)}


def decode(source: str, data: bytes) -> Packet:
    """A notification of `source` ("emg0".."emg3", "imu") as a Packet; ProtocolError if it is none."""
    place = _ROTATION_OF.get(source)
    if place is not None:
        if len(data) != EMG_BYTES:
            raise wrong_length(source, len(data), "16 (two samples of 8 channels)")
        return Packet("emg", np.frombuffer(data, np.int8).reshape(2, 8), place)
    if source == "imu":
        if len(data) != IMU_BYTES:
            raise wrong_length(source, len(data), "20 (quaternion, acceleration, rotation)")
        return Packet("imu", np.frombuffer(data, "<i2").reshape(1, 10))
    raise ProtocolError(f"a packet from {source!r}; wanted emg0 to emg3 or imu; it is counted and left out")


GATT = GattMap(
    kind="myo",
    service=uuid(0x0001),
    services=(uuid(0x0001), uuid(0x0002), uuid(0x0005), BATTERY_SERVICE),
    data={
        uuid(0x0105): "emg0",
        uuid(0x0205): "emg1",
        uuid(0x0305): "emg2",
        uuid(0x0405): "emg3",
        uuid(0x0402): "imu",
    },
    command=uuid(0x0401),
    readings={"firmware": uuid(0x0201), "info": uuid(0x0101), "battery": BATTERY_LEVEL},
    start=(never_sleep(), set_mode()),
    stop=(set_mode(0, 0, 0),),
    vibrate=vibrate,
    firmware=firmware,
)
