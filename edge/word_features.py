"""What a movement that was cut out looks like: statistics and time courses of both modalities, no heading.

Orientation enters only as rotation since the movement began, integrated from the angular rate: an absolute
one tells in which direction the wearer sat, and words recorded in blocks would be told by that.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.features import tangent
from myoedge.edge.segment import GYRO, Cut

Array = NDArray[np.float64]

FLOOR = 0.5  # counts, and counts squared: the quantisation noise of an 8-bit armband
SPANS = 4  # of time, over which the EMG's covariance is taken
FRAMES = 20  # of a time course that is compared frame by frame
HALF_S = 0.05  # half the span over which a frame's EMG is averaged
SMOOTH = 5  # frames over which time courses are smoothed
QUARTER_TURN = np.pi / 2
ACCELERATION = slice(0, 3)


@dataclass(frozen=True, slots=True)
class Seen:
    """One movement in numbers; the IMU's are None where there was none."""

    emg: Array  # (SPANS * channel (channel + 1) / 2,) matrix logarithm of the covariance, span by span
    emg_frames: Array  # (FRAMES, 2 channel) log RMS and log mean step
    imu: Array | None  # (42,) statistics of acceleration, angular rate and rotation


def see(cut: Cut, rate_hz: float, imu_rate_hz: float) -> Seen:
    """The numbers of one movement."""
    emg = cut.emg.astype(np.float64)
    imu = None if cut.imu is None else cut.imu.astype(np.float64)
    return Seen(
        emg=np.concatenate([tangent(span) for span in np.array_split(cut.emg, SPANS)]).astype(np.float64),
        emg_frames=_emg_frames(emg, rate_hz),
        imu=None if imu is None else _imu_statistics(imu, imu_rate_hz),
    )


def _emg_frames(emg: Array, rate_hz: float) -> Array:
    """log RMS and log step about `FRAMES` and more instants, smoothed, brought to `FRAMES` of them."""
    half, step = max(1, round(HALF_S * rate_hz)), max(1, round(HALF_S * rate_hz / 2))
    steps = np.abs(np.diff(emg, axis=0, prepend=emg[:1]))
    both = np.concatenate([emg**2, steps], axis=1)
    total = np.concatenate([np.zeros((1, both.shape[1])), np.cumsum(both, axis=0)])
    centres = np.arange(0, len(emg), step)
    start, stop = np.maximum(0, centres - half), np.minimum(len(emg), centres + half)
    logs = np.log((total[stop] - total[start]) / (stop - start)[:, None] + FLOOR)
    logs[:, : emg.shape[1]] *= 0.5
    return resampled(smoothed(logs), FRAMES)


def _imu_statistics(imu: Array, rate_hz: float) -> Array:
    """Mean, deviation, tenth and ninetieth percentile of all nine, and acceleration first and last."""
    nine = np.concatenate([imu, rotation(imu[:, GYRO], rate_hz)], axis=1)
    low, high = np.quantile(nine, (0.1, 0.9), axis=0)
    ends = [imu[0, ACCELERATION], imu[-1, ACCELERATION]]
    return np.concatenate([nine.mean(axis=0), nine.std(axis=0), low, high, *ends])


def rotation(rate: Array, rate_hz: float) -> Array:
    """Rotation since the first sample, a vector in quarter turns; `rate` is (time, 3) in 100 deg/s."""
    angles = np.deg2rad(100.0 * rate) / rate_hz
    out = np.empty_like(angles)
    w, x, y, z = 1.0, 0.0, 0.0, 0.0
    lengths = np.sqrt((angles**2).sum(axis=1)) + 1e-12
    c, axes = np.cos(lengths / 2), angles * (np.sin(lengths / 2) / lengths)[:, None]
    for i, (d, (p, q, r)) in enumerate(zip(c.tolist(), axes.tolist(), strict=True)):
        w, x, y, z = (
            w * d - x * p - y * q - z * r,
            w * p + d * x + y * r - z * q,
            w * q + d * y + z * p - x * r,
            w * r + d * z + x * q - y * p,
        )
        size = (x * x + y * y + z * z) ** 0.5
        turn = 2 * np.arctan2(size, abs(w)) / size if size > 1e-9 else 2.0
        sign = turn if w >= 0 else -turn
        out[i] = x * sign, y * sign, z * sign
    return out / QUARTER_TURN


def smoothed(x: Array, frames: int = SMOOTH) -> Array:
    """Moving mean over time, (time, channel); the ends are held."""
    half = frames // 2
    total = np.cumsum(np.pad(x, ((half + 1, half), (0, 0)), "edge"), axis=0)
    return np.asarray((total[frames:] - total[:-frames]) / frames)


def resampled(x: Array, count: int) -> Array:
    """`count` instants from the first to the last, between samples in a straight line."""
    at = np.linspace(0, len(x) - 1, count)
    low = np.minimum(at.astype(np.intp), max(0, len(x) - 2))
    share = (at - low)[:, None]
    return np.asarray(x[low] * (1 - share) + x[np.minimum(low + 1, len(x) - 1)] * share)
