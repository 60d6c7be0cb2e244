"""The orientation of the forearm: one rotation from which gravity and rotation rate follow."""

import numpy as np
from numpy.typing import NDArray

from myoedge.firmware_bridge.wearer.contraction import Contraction
from myoedge.firmware_bridge.wearer.noise import Blocks, Coloured
from myoedge.firmware_bridge.wearer.person import Habits

Array = NDArray[np.float64]
QUATERNION, ACC_G, GYRO_DPS = 16384.0, 2048.0, 16.0  # counts per unit, Myo protocol
LEAN_RAD = 0.04  # spread of how far a held gesture turns the forearm: our choice, not fitted
LARGEST = 32767


class Forearm:
    """Endless IMU samples: small sways about a resting pose, and a lean with each gesture."""

    def __init__(self, habits: Habits, rate_hz: float, seed: int) -> None:
        self._rng = np.random.default_rng((seed, 1))
        self._habits, self._rate_hz = habits, rate_hz
        self._base = _unit(self._rng.standard_normal(4))
        kernel = _bell(habits.sway.tau_s * rate_hz) * habits.sway.std
        sway = Coloured(self._rng, 3, len(kernel), 64)
        self._sway = Blocks(lambda: sway.block(kernel))
        self._noise = Blocks(lambda: self._rng.standard_normal((64, 6)))
        self._from, self._to = np.zeros(3), np.zeros(3)
        self._move: Contraction | None = None
        self._count = 0
        self._last: Array | None = None
        self._lean: dict[str, Array] = {"rest": np.zeros(3)}

    def lean(self, gesture: str, rise_s: float) -> None:
        """Begin to turn to the pose of `gesture` with the next sample."""
        if gesture not in self._lean:
            self._lean[gesture] = LEAN_RAD * self._rng.standard_normal(3)
        self._from = self._pose(np.array([self._count - 1.0]))[0]
        self._to = self._lean[gesture]
        self._move = Contraction(gesture, self._count, max(1.0, rise_s * self._rate_hz), 0.0, 1.0)

    def take(self, n: int) -> NDArray[np.int16]:
        """The next `n` samples: (n, 10) quaternion wxyz, acceleration xyz, rotation rate xyz, raw counts."""
        index = self._count + np.arange(n, dtype=np.float64)
        turned = _times(self._base, _turn(self._sway.take(n) + self._pose(index)))
        self._count += n
        noise = self._noise.take(n)
        before = np.vstack((turned[:1] if self._last is None else self._last, turned[:-1]))[:n]
        if n:
            self._last = turned[-1:]
        step = _times(before * [1, -1, -1, -1], turned)
        rate_dps = np.degrees(2 * step[:, 1:] * np.sign(step[:, :1])) * self._rate_hz
        rate_dps += self._habits.gyro_noise_dps * noise[:, 3:]
        acc_g = _down(turned) + self._habits.acc_noise_g * noise[:, :3]
        counts = np.hstack((turned * QUATERNION, acc_g * ACC_G, rate_dps * GYRO_DPS))
        return np.clip(np.rint(counts), -LARGEST - 1, LARGEST).astype(np.int16)

    def _pose(self, index: Array) -> Array:
        if self._move is None:
            return np.zeros((len(index), 3))
        share = self._move.share(index)[:, None] ** 2  # squared: an arm starts and stops turning gently
        return self._from + share * (self._to - self._from)


def _bell(width: float) -> Array:
    """A smooth kernel of unit energy: (tap,)."""
    reach = round(3 * width) + 1
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    result: Array = bell / np.sqrt((bell**2).sum())
    return result


def _unit(q: Array) -> Array:
    return q / np.linalg.norm(q)


def _turn(vector: Array) -> Array:
    """Rotation vectors in radians as quaternions: (time, 3) -> (time, 4)."""
    half = np.linalg.norm(vector, axis=1, keepdims=True) / 2
    return np.hstack((np.cos(half), np.sinc(half / np.pi) / 2 * vector))


def _times(a: Array, b: Array) -> Array:
    """Hamilton product over the last axis."""
    aw, ax, ay, az = np.moveaxis(a, -1, 0)
    bw, bx, by, bz = np.moveaxis(b, -1, 0)
    rows = (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )
    return np.stack(rows, axis=-1)


def _down(q: Array) -> Array:
    """What a resting accelerometer reads, 1 g along the world's vertical seen by the band: (time, 3)."""
    w, x, y, z = q.T
    return np.stack((2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z), axis=1)
