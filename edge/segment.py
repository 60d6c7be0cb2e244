"""Cuts movements out of the stream: begins when the arm or the muscles move, ends when both are quiet.

Causal, and the same whatever the chunks: a cut ends where the quiet began, and is given once the quiet has
lasted. Samples are kept for the longest movement only, so that the memory is bounded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.condition import Signal
from myoedge.edge.errors import FormatError
from myoedge.edge.modality import Bound

EMG, IMU = "emg", "imu"
GYRO = slice(3, 6)  # columns of the conditioned IMU: acceleration in g, angular rate in 100 deg/s
FRAME_HZ = 50.0  # how often it is asked whether something moves: the IMU's own rate
# All times and rates below were chosen on people of myo-psl who are tested in no figure (docs/words.md).
SMOOTH_FRAMES = 5  # mean over 100 ms
BEFORE_FRAMES = 5  # kept from before the beginning was noticed
QUIET_FRAMES = 25  # half a second: a word may pause
MOST_FRAMES = 125  # 2.5 s; a longer movement is cut there
LEAST_FRAMES = 10  # shorter is a twitch


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as moving: by the angular rate; by the muscles without an IMU or where no rate is given."""

    opens_rate: float = 0.40  # 100 deg/s, mean over `SMOOTH_FRAMES`
    quiet_rate: float = 0.25
    opens_level: float = np.inf  # mean absolute EMG over all channels, in the window's units
    quiet_level: float = np.inf

    def to_json(self) -> dict[str, float | None]:
        """Infinity, which is no JSON, as null."""
        return {name: v if np.isfinite(v := getattr(self, name)) else None for name in self.__slots__}


def limits_from_json(row: Mapping[str, Any]) -> Limits:
    """Read limits; raises FormatError or TypeError when they make no sense."""
    limits = Limits(**{name: np.inf if value is None else float(value) for name, value in row.items()})
    if not 0 <= limits.quiet_rate <= limits.opens_rate or not 0 <= limits.quiet_level <= limits.opens_level:
        raise FormatError(f"limits of a movement {dict(row)}; calibrate again")
    return limits


@dataclass(frozen=True, slots=True)
class Cut:
    """One movement, from a little before it began to where it was quiet again."""

    emg: NDArray[np.float32]  # (time, channel)
    imu: NDArray[np.float32] | None  # (time, 6): acceleration in g, angular rate in 100 deg/s
    masked: NDArray[np.bool_]  # (channel,) that did not give a good signal all the time
    start_ns: int
    end_ns: int
    known_ns: int  # of the sample by which it was known to be over
    arrival_ns: int  # when that sample reached the host

    def turned(self, imu_rate_hz: float) -> bool:
        """Whether the arm turned as fast as opens a movement; without that the IMU tells nothing apart."""
        if self.imu is None:
            return False
        rows = max(1, round(SMOOTH_FRAMES / FRAME_HZ * imu_rate_hz))
        rate = np.convolve(_strength(self.imu, IMU), np.full(rows, 1 / rows))
        return bool(rate.max(initial=0.0) > Limits().opens_rate)


class _Past:
    """The newest samples of one modality, as many as the longest cut and its quiet need."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        seconds = (MOST_FRAMES + BEFORE_FRAMES + QUIET_FRAMES) / FRAME_HZ + 0.5
        self._room = round(seconds * bound.rate_hz)
        channels = len(bound.columns)
        self._samples = np.zeros((2 * self._room, channels), np.float32)
        self._masked = np.zeros((2 * self._room, channels), bool)
        self._start = self._end = 0
        self.end_ns = 0  # just after the newest sample

    @property
    def filled(self) -> bool:
        return self._end > self._start

    def clear(self) -> None:
        self._start = self._end = 0

    def append(self, samples: NDArray[np.float32], masked: NDArray[np.bool_], t_ns: int) -> None:
        samples, masked = samples[-self._room :], masked[-self._room :]
        if self._end + len(samples) > len(self._samples):
            kept = min(self._end - self._start, self._room - len(samples))
            for array in (self._samples, self._masked):
                array[:kept] = array[self._end - kept : self._end].copy()
            self._start, self._end = 0, kept
        place = slice(self._end, self._end + len(samples))
        self._samples[place], self._masked[place] = samples, masked
        self._end += len(samples)
        self.end_ns = t_ns

    def between(self, start_ns: int, end_ns: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Samples of that span, as far as there are any, and the channels masked in it."""
        back = [round((self.end_ns - t) / self.bound.period_ns) for t in (start_ns, end_ns)]
        start, stop = (min(max(self._end - rows, self._start), self._end) for rows in back)
        return self._samples[start:stop].copy(), np.asarray(self._masked[start:stop].any(axis=0))


class Segmenter:
    """Feeds on signals of both modalities, gives every movement once it is over."""

    def __init__(self, bounds: Mapping[str, Bound], limits: Limits) -> None:
        self._limits = limits
        self._past = {name: _Past(bounds[name]) for name in (EMG, IMU) if name in bounds}
        self._by = IMU if IMU in bounds and np.isfinite(limits.opens_rate) else EMG
        bound = bounds[self._by]
        self._step = max(1, round(bound.rate_hz / FRAME_HZ))  # samples a frame
        self._frame_ns = self._step * bound.period_ns
        self._opens, self._quiets = (
            (limits.opens_rate, limits.quiet_rate)
            if self._by == IMU
            else (limits.opens_level, limits.quiet_level)
        )
        self._rest = np.zeros(0)  # strengths that do not fill a frame yet
        self._recent: list[float] = []
        self._open_ns: int | None = None
        self._quiet = 0
        self._due: tuple[int, int, int] | None = None  # a cut that waits for the other modality's samples

    @property
    def open(self) -> bool:
        """Whether a movement is going on."""
        return self._open_ns is not None

    def reset(self) -> None:
        """Forget a movement that has begun; what comes next begins anew."""
        self._open_ns, self._due, self._quiet = None, None, 0
        self._recent.clear()
        self._rest = np.zeros(0)
        for past in self._past.values():
            past.clear()

    def feed(self, signal: Signal) -> Iterator[Cut]:
        """Take a signal in; gives the movements of which it is known now that they are over."""
        past = self._past.get(signal.modality)
        if past is None:
            return
        if signal.reset and past.filled:  # at its very beginning a stream resets nothing
            past.clear()
            self._open_ns, self._due, self._quiet = None, None, 0
        if len(signal.samples):
            rows = round(1.0 * past.bound.rate_hz)  # a piece at a time, so that a cut is still in the memory
            for at in range(0, len(signal.samples), rows):
                piece = slice(at, at + rows)
                end_ns = signal.t_ns + min(at + rows, len(signal.samples)) * past.bound.period_ns
                past.append(signal.samples[piece], signal.masked[piece], end_ns)
                if signal.modality == self._by:
                    yield from self._frames(signal.samples[piece], end_ns, signal.arrival_ns)
                else:
                    yield from self._given(signal.arrival_ns)

    def flush(self) -> Iterator[Cut]:
        """What is still open, ended here: for recordings that end with the movement."""
        if self._open_ns is not None:
            end_ns = self._past[self._by].end_ns - self._quiet * self._frame_ns
            yield from self._ended(end_ns, end_ns, end_ns, force=True)

    def _frames(self, samples: NDArray[np.float32], end_ns: int, arrival_ns: int) -> Iterator[Cut]:
        strengths = _strength(samples, self._by)
        if self._step > 1 or len(self._rest):
            strengths = np.concatenate([self._rest, strengths])
            whole = len(strengths) // self._step * self._step
            self._rest = strengths[whole:]
            end_ns -= len(self._rest) * self._past[self._by].bound.period_ns
            strengths = strengths[:whole].reshape(-1, self._step).mean(axis=1)
        for i, strength in enumerate(strengths.tolist()):
            t_ns = end_ns - (len(strengths) - 1 - i) * self._frame_ns
            yield from self._frame(strength, t_ns, arrival_ns)

    def _frame(self, strength: float, t_ns: int, arrival_ns: int) -> Iterator[Cut]:
        """One frame, which ends at `t_ns`."""
        self._recent.append(strength)
        del self._recent[:-SMOOTH_FRAMES]
        mean = sum(self._recent) / len(self._recent)
        if self._open_ns is None:
            if mean > self._opens:
                self._open_ns, self._quiet = t_ns - (BEFORE_FRAMES + 1) * self._frame_ns, 0
            return
        self._quiet = self._quiet + 1 if mean < self._quiets else 0
        if self._quiet >= QUIET_FRAMES or t_ns - self._open_ns >= MOST_FRAMES * self._frame_ns:
            yield from self._ended(t_ns - self._quiet * self._frame_ns, t_ns, arrival_ns)

    def _ended(self, end_ns: int, known_ns: int, arrival_ns: int, force: bool = False) -> Iterator[Cut]:
        start_ns, self._open_ns, self._quiet = self._open_ns, None, 0
        if start_ns is None or end_ns - start_ns < LEAST_FRAMES * self._frame_ns:
            return
        self._due = start_ns, end_ns, known_ns
        yield from self._given(arrival_ns, force)

    def _given(self, arrival_ns: int, force: bool = False) -> Iterator[Cut]:
        """The cut that waits, once the samples of both modalities are there."""
        if self._due is None:
            return
        start_ns, end_ns, known_ns = self._due
        slack_ns = self._frame_ns
        if not force and any(past.end_ns + slack_ns < end_ns for past in self._past.values()):
            return
        self._due = None
        emg, masked = self._past[EMG].between(start_ns, end_ns)
        imu = self._past[IMU].between(start_ns, end_ns)[0] if IMU in self._past else None
        if len(emg) >= LEAST_FRAMES and (imu is None or len(imu) >= LEAST_FRAMES // 2):
            yield Cut(emg, imu, masked, start_ns, end_ns, known_ns, arrival_ns)


def _strength(samples: NDArray[np.float32], modality: str) -> NDArray[np.float64]:
    """How strongly each sample moves: angular rate in 100 deg/s, or mean absolute EMG."""
    if modality == IMU:
        return np.asarray(np.sqrt(np.add.reduce(samples[:, GYRO].astype(np.float64) ** 2, axis=1)))
    return np.asarray(np.abs(samples).mean(axis=1, dtype=np.float64))
