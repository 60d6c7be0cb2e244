"""Streams made from others before windows are cut: orientation without the heading that leaks labels.

Counts of a quaternion are those of the Myo's packet, 16384 for 1, in the order w x y z; of acceleration 2048
for 1 g, of angular rate 16 for 1 deg/s.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import MismatchError

Samples = NDArray[np.float32]
GRAVITY, DEGREES_A_SECOND = 2048.0, 1600.0  # counts for 1 g and for 100 deg/s


def tilt(quaternion: Samples) -> Samples:
    """Where up is, seen from the arm: (time, 3) of unit length. A turn about the vertical changes nothing."""
    w, x, y, z = _unit(quaternion).T
    return np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z], 1).astype(
        np.float32
    )


def turn(quaternion: Samples) -> Samples:
    """Rotation since the first sample, axis times angle: (time, 3) in radians, in the arm's axes then."""
    q = _unit(quaternion)
    return _rotation(np.broadcast_to(q[:1], q.shape), q)


def step(quaternion: Samples) -> Samples:
    """Rotation from each sample to the next, (time, 3) in radians: what a gyroscope reads. First row 0."""
    q = _unit(quaternion)
    return _rotation(np.concatenate([q[:1], q[:-1]]), q)


def _rotation(start: NDArray[np.float64], end: NDArray[np.float64]) -> Samples:
    """From one orientation to another, row by row, as axis times angle in the axes of `start`."""
    w, x, y, z = (start * np.array([1, -1, -1, -1])).T
    a, b, c, d = end.T
    since = np.stack(
        [
            w * a - x * b - y * c - z * d,
            w * b + x * a + y * d - z * c,
            w * c - x * d + y * a + z * b,
            w * d + x * c - y * b + z * a,
        ],
        1,
    )
    since *= np.where(since[:, :1] < 0, -1, 1)  # the shorter way round
    sine = np.linalg.norm(since[:, 1:], axis=1, keepdims=True)
    angle = 2 * np.arctan2(sine, since[:, :1])
    return np.where(sine > 1e-9, since[:, 1:] / np.maximum(sine, 1e-9) * angle, 0).astype(np.float32)


def motion(imu: Samples) -> Samples:
    """The Myo's ten columns as nine: acceleration in g, angular rate in 100 deg/s, turn in radians."""
    return np.concatenate([imu[:, 4:7] / GRAVITY, imu[:, 7:10] / DEGREES_A_SECOND, turn(imu[:, :4])], 1)


def tilt_and_turn(quaternion: Samples) -> Samples:
    """Both, (time, 6)."""
    return np.concatenate([tilt(quaternion), turn(quaternion)], 1)


def _unit(quaternion: Samples) -> NDArray[np.float64]:
    q = quaternion.astype(np.float64)
    length = np.linalg.norm(q, axis=1, keepdims=True)
    return np.where(length > 0, q / np.maximum(length, 1e-12), [1.0, 0, 0, 0])


# how -> (columns that go in, columns that come out, what makes them)
DERIVED: Mapping[str, tuple[int, int, Callable[[Samples], Samples]]] = {
    "tilt": (4, 3, tilt),
    "turn": (4, 3, turn),
    "step": (4, 3, step),
    "tilt and turn": (4, 6, tilt_and_turn),
    "motion": (10, 9, motion),
}


# how -> what each column that comes out is
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "tilt": ("up x", "up y", "up z"),
    "turn": ("turn x", "turn y", "turn z"),
    "step": ("turning x", "turning y", "turning z"),
    "tilt and turn": ("up x", "up y", "up z", "turn x", "turn y", "turn z"),
    "motion": tuple(f"{what} {axis}" for what in ("acceleration", "turning", "turn") for axis in "xyz"),
}


def derive(how: str, samples: Samples) -> Samples:
    """Apply a line of DERIVED; raises MismatchError when the stream has other columns than it needs."""
    columns, _, make = DERIVED[how]
    if samples.ndim != 2 or samples.shape[1] != columns:
        raise MismatchError(f"{how!r} is made from {columns} columns, the stream has shape {samples.shape}")
    return make(samples)
