"""What is at the electrodes at each instant (a wearer, clips over it, faults), and when each sample was."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.firmware_bridge.virtual.fault import Electrodes
from myoedge.firmware_bridge.virtual.playback import Clip, Deck
from myoedge.firmware_bridge.virtual.source import Counts, SampleSource

NS = 1_000_000_000
LONGEST_SKIP_S = 10.0  # of a pause this much is lived through unseen; the rest the wearer stands still
Truth = Callable[[Mapping[str, Any]], None]


class Body:
    """Draws samples in order and knows the true time of each: EMG sample k was at origin + k / rate.

    The armband's crystal is off by `drift_ppm`: its samples come that much faster than their nominal rate.
    """

    def __init__(
        self,
        source: SampleSource,
        electrodes: Electrodes,
        truth: Truth,
        rates_hz: tuple[float, float],
        drift_ppm: float,
    ) -> None:
        self.source, self.electrodes = source, electrodes
        self.deck = Deck(self._announce)
        self._truth = truth
        factor = 1.0 + drift_ppm * 1e-6
        self._emg_hz, self._imu_hz = rates_hz[0] * factor, rates_hz[1] * factor
        self._origin_ns = time.monotonic_ns()
        self.emg_at = self.imu_at = 0  # index of the next sample
        self.streaming = False
        self._onsets = 0

    def emg_ns(self, index: int) -> int:
        """CLOCK_MONOTONIC of EMG sample `index`."""
        return self._origin_ns + round(index * NS / self._emg_hz)

    def imu_ns(self, index: int) -> int:
        """CLOCK_MONOTONIC of IMU row `index`."""
        return self._origin_ns + round(index * NS / self._imu_hz)

    def emg(self, n: int) -> Counts:
        """The next `n` EMG samples, (n, channels); announces the onsets in them."""
        rows = self.electrodes(self.deck.overlay_emg(self.source.emg(n)))
        self.emg_at += n
        for index, gesture in self.source.onsets[self._onsets :]:
            self._onsets += 1
            self._truth({"truth": "onset", "gesture": gesture, "t_ns": self.emg_ns(index), "sample": index})
        return rows

    def imu(self, n: int) -> NDArray[np.int16]:
        """The next `n` rows of the inertial unit, (n, 10)."""
        self.imu_at += n
        return self.deck.overlay_imu(np.asarray(self.source.imu(n), np.int16))

    def perform(self, gesture: str, level: float) -> None:
        """Have the wearer begin a gesture now; raises UsageError for one that the wearer does not know."""
        if not self.streaming:
            self.wake()  # else the movement would begin when the last sample was drawn
        self.source.perform(gesture, level)

    def wake(self) -> None:
        """Catch up with the clock after a pause in streaming: what was not sent has been all the same."""
        now_ns = time.monotonic_ns()
        behind_ns = now_ns - self.emg_ns(self.emg_at)
        if behind_ns > LONGEST_SKIP_S * NS:
            self._origin_ns += behind_ns - round(LONGEST_SKIP_S * NS)
        elapsed_s = (now_ns - self._origin_ns) / NS
        emg, imu = int(elapsed_s * self._emg_hz) + 1, int(elapsed_s * self._imu_hz) + 1
        if emg > self.emg_at:
            self.source.emg(emg - self.emg_at)
            self.emg_at = emg
        if imu > self.imu_at:
            self.source.imu(imu - self.imu_at)
            self.imu_at = imu

    def _announce(self, edge: str, clip: Clip, rows: int) -> None:
        index = self.emg_at + rows
        self._truth(
            {**clip.about, "truth": "play", "edge": edge, "t_ns": self.emg_ns(index), "sample": index}
        )
