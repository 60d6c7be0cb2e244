"""What a virtual armband measures: the protocol of a wearer, and the simplest two (pattern, quiet skin)."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.signedinteger[Any]]  # (time, channel), in counts of the armband
IMU_COLUMNS = 10  # quaternion w x y z, acceleration x y z, angular velocity x y z
UPRIGHT = np.array([16384, 0, 0, 0, 0, 0, 2048, 0, 0, 0], np.int16)  # unit quaternion, 1 g on z, at rest


class SampleSource(Protocol):
    """A wearer: samples are drawn in order, and time passes only as they are drawn."""

    @property
    def gestures(self) -> Sequence[str]:
        """What can be performed, rest included."""
        ...

    @property
    def onsets(self) -> Sequence[tuple[int, str]]:
        """Movements begun so far: index of the EMG sample, gesture."""
        ...

    def emg(self, n: int) -> Counts:
        """The next `n` EMG samples, (n, channels)."""
        ...

    def imu(self, n: int) -> NDArray[np.int16]:
        """The next `n` rows of the inertial unit, (n, 10)."""
        ...

    def perform(self, gesture: str, level: float = 0.7) -> None:
        """Begin a gesture at the next sample; `level` is 0..1 of the strongest contraction."""
        ...


class Pattern:
    """A test pattern: channel c of sample k is (k + c) wrapped to the full scale; losses show."""

    gestures: Sequence[str] = ()
    onsets: Sequence[tuple[int, str]] = ()

    def __init__(self, channels: int, limit: int) -> None:
        self._channels, self._span = channels, limit + 1
        self._emg_at = self._imu_at = 0

    def emg(self, n: int) -> Counts:
        rows = np.arange(self._emg_at, self._emg_at + n)[:, None] + np.arange(self._channels)
        self._emg_at += n
        return rows % self._span

    def imu(self, n: int) -> NDArray[np.int16]:
        rows = np.tile(UPRIGHT, (n, 1))
        rows[:, 9] = np.arange(self._imu_at, self._imu_at + n) % 32768
        self._imu_at += n
        return rows

    def perform(self, gesture: str, level: float = 0.7) -> None:
        """A test pattern performs nothing."""


class Skin:
    """An arm at rest under the electrodes: noise of about one count, and the armband lying still."""

    gestures: Sequence[str] = ()
    onsets: Sequence[tuple[int, str]] = ()

    def __init__(self, channels: int, seed: int) -> None:
        self._channels = channels
        self._random = np.random.default_rng(seed)

    def emg(self, n: int) -> Counts:
        return np.rint(self._random.standard_normal((n, self._channels))).astype(np.int16)

    def imu(self, n: int) -> NDArray[np.int16]:
        return np.tile(UPRIGHT, (n, 1))

    def perform(self, gesture: str, level: float = 0.7) -> None:
        """Only played clips move this arm."""
