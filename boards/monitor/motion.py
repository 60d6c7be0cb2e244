"""Which columns of an armband's IMU are shown, by what names and in which units."""

from collections.abc import Mapping
from dataclasses import dataclass

from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.wearer.imu import ACC_G, GYRO_DPS

IMU = "imu"


@dataclass(frozen=True, slots=True)
class Axis:
    """One trace of movement."""

    column: int  # of the stream
    name: str
    unit: str
    counts: float  # of the stream for one unit
    least: float  # units that fill the height of a trace, unless more comes (our choice)


def _three(first: int, name: str, unit: str, counts: float, least: float) -> tuple[Axis, ...]:
    return tuple(Axis(first + i, f"{name} {axis}", unit, counts, least) for i, axis in enumerate("xyz"))


# Orientation is left out: nobody reads four numbers of a quaternion, and what turns shows in the rotation.
AXES: Mapping[str, tuple[Axis, ...]] = {
    "myo": (*_three(4, "acceleration", "g", ACC_G, 1.5), *_three(7, "rotation", "°/s", GYRO_DPS, 50.0)),
}


def axes_of(armband: str, streams: Mapping[str, StreamSpec]) -> tuple[Axis, ...]:
    """What to show of this armband's IMU: nothing without one, counts by number where nothing is known."""
    spec = streams.get(IMU)
    if spec is None:
        return ()
    least = (spec.limit or 128.0) / 16
    numbered = tuple(Axis(i, f"column {i}", "", 1.0, least) for i in range(spec.channels))
    return AXES.get(armband, numbered)
