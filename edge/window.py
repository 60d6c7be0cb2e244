"""Stop 6: overlapping windows of every modality on one clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.condition import Signal
from myoedge.edge.modality import Bound

STALE_NS = 150_000_000  # a second modality older than this is left out (our choice: 7 IMU samples at 50 Hz)


@dataclass(frozen=True, slots=True)
class Window:
    """What one decision is made on."""

    samples: Mapping[str, NDArray[np.float32]]  # modality -> (time, channel); zeros where masked or absent
    masked: NDArray[np.bool_]  # (channel,) of the clock modality
    absent: tuple[str, ...]  # modalities that had nothing recent
    t_ns: int  # of the clock modality's last sample
    arrival_ns: int  # when that sample reached the host
    lost: float  # share of the window's samples that stand for lost ones


class _Track:
    """The last samples of one modality, newest at the end."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        room, channels = 4 * bound.rows + 64, len(bound.columns)
        self._samples = np.zeros((room, channels), np.float32)
        self._masked = np.zeros((room, channels), bool)
        self._bridged = np.zeros(room, bool)
        self._end = 0
        self._sound = bound.rows  # newest rows of which none is masked or stands for a lost one
        self._unmasked = np.zeros(channels, bool)
        self._unmasked.flags.writeable = False  # windows share it
        self.filled = 0
        self.t_ns = 0  # of the newest sample

    def append(
        self, samples: NDArray[np.float32], masked: NDArray[np.bool_], bridged: int, t_ns: int
    ) -> None:
        count = len(samples)
        if self._end + count > len(self._samples):
            keep = self.bound.rows
            for array in (self._samples, self._masked, self._bridged):
                array[:keep] = array[self._end - keep : self._end]
            self._end = keep
        place = slice(self._end, self._end + count)
        self._samples[place], self._masked[place] = samples, masked
        self._bridged[place] = False
        self._bridged[self._end : self._end + bridged] = True
        self._sound = 0 if bridged or masked.any() else self._sound + count
        self._end += count
        self.filled += count
        self.t_ns = t_ns

    def newest(self) -> tuple[NDArray[np.float32], NDArray[np.bool_], int]:
        """Copies of the last window: samples (masked channels at zero), masked channels, lost samples."""
        place = slice(self._end - self.bound.rows, self._end)
        samples = self._samples[place].copy()
        if self._sound >= self.bound.rows:
            return samples, self._unmasked, 0
        masked = np.asarray(self._masked[place].any(axis=0))
        if masked.any():
            samples[:, masked] = 0
        return samples, masked, int(self._bridged[place].sum())


class Windower:
    """Feeds on signals of all modalities; the clock modality's samples count the hops."""

    def __init__(self, bounds: Mapping[str, Bound], clock: str, hop_ms: float) -> None:
        self._tracks = {name: _Track(bound) for name, bound in bounds.items()}
        self._clock = self._tracks[clock]
        self._clock_name = clock
        self.hop = max(1, round(hop_ms * self._clock.bound.rate_hz / 1000))
        self._since = 0

    @property
    def rows_due(self) -> int:
        """Samples of the clock modality that the next window still needs."""
        return max(self._clock.bound.rows - self._clock.filled, self.hop - self._since, 1)

    @property
    def hop_ns(self) -> int:
        """Time between two windows of an unbroken stream."""
        return self.hop * self._clock.bound.period_ns

    def feed(self, signal: Signal) -> Iterator[Window]:
        """Take a signal in; yields a window for every hop of the clock modality that it completes."""
        track = self._tracks[signal.modality]
        if signal.reset:
            track.filled = 0
            if track is self._clock:
                self._since = 0
        period, rows = track.bound.period_ns, len(signal.samples)
        if track is not self._clock:
            for at in range(0, rows, track.bound.rows):  # never more at once than the track has room for
                self._append(track, signal, at, min(rows, at + track.bound.rows), period)
            return
        at = 0
        while at < rows:
            stop = min(rows, at + min(self.rows_due, track.bound.rows))
            self._append(track, signal, at, stop, period)
            self._since += stop - at
            at = stop
            if track.filled >= track.bound.rows and self._since >= self.hop:
                self._since = 0
                yield self._window(signal.arrival_ns)

    @staticmethod
    def _append(track: _Track, signal: Signal, start: int, stop: int, period_ns: int) -> None:
        bridged = max(0, min(stop, signal.bridged) - start)
        t_ns = signal.t_ns + (stop - 1) * period_ns
        track.append(signal.samples[start:stop], signal.masked[start:stop], bridged, t_ns)

    def _window(self, arrival_ns: int) -> Window:
        end_ns = self._clock.t_ns
        samples: dict[str, NDArray[np.float32]] = {}
        absent: list[str] = []
        masked = np.zeros(0, bool)
        lost = total = 0
        for name, track in self._tracks.items():
            if track.filled < track.bound.rows or abs(end_ns - track.t_ns) > STALE_NS:
                samples[name] = np.zeros((track.bound.rows, len(track.bound.columns)), np.float32)
                absent.append(name)
                continue
            samples[name], bad, bridged = track.newest()
            lost, total = lost + bridged, total + track.bound.rows
            if track is self._clock:
                masked = bad
        return Window(samples, masked, tuple(absent), end_ns, arrival_ns, lost / total)
