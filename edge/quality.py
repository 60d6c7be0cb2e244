"""Watches each channel: not a number, flat, clipped or noisy, and when it is back to normal.

Judged every quarter of a second of samples over the last second; a value that is no number is known at once.
Neither depends on chunking. Over 2 hours of recorded Myo EMG (psl, laval, ciil, disco), rest to full
contraction, the limits below name no healthy channel; they name laval PreTraining Female0, cycle 0, whose
samples repeat every 20 ms for seconds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLOCKS = 4  # blocks of a quarter of a second in the span that is judged
CLIPPED_SHARE = 0.25  # of the samples within 1 % of full scale (our choice)
HUM_SHARE = 0.5  # of the power within 1 Hz of the mains (our choice; EMG alone has about 0.05)
HUM_COUNTS = 4.0  # rms below which hum does not matter, where full scale is 128 or not known (our choice)
STAYS_BAD = 0.6  # of a limit: a channel that passed it is normal again below so much, lest it flutter
MAINS_HZ = (50.0, 60.0)
NORMAL, NAN, FLAT, CLIPPED, NOISY = "normal", "nan", "flat", "clipped", "noisy"


@dataclass(frozen=True, slots=True)
class QualityChange:
    """A channel went bad or came back."""

    channel: int  # as the armband numbers it
    state: str  # normal, nan, flat, clipped, noisy
    t_ns: int  # time of the sample that decided it


class _Blocks:
    """Sums kept of each of the last BLOCKS blocks of samples, so that a second costs as little as a block."""

    def __init__(self, rate_hz: float, rows: int, channels: int, full_scale: float) -> None:
        hums = np.array([hz for hz in MAINS_HZ if hz < rate_hz / 2])
        phases = 2 * np.pi / rate_hz * np.outer(hums, np.arange(rows))
        # A sum, and one with the sine and the cosine of each mains frequency, all by one product.
        self._basis = np.concatenate([np.ones((1, rows)), np.cos(phases), np.sin(phases)])
        self._tones = len(hums)
        turns = np.exp(-2j * np.pi / rate_hz * np.outer(np.arange(BLOCKS) * rows, hums))
        self._turns = turns[:, :, None]  # of each block's first sample
        self._tone_of_one = (self._turns * self._complex(self._basis.sum(axis=1)[None, :, None])).sum(axis=0)
        self._full_scale = full_scale
        self._sums = np.zeros((BLOCKS, len(self._basis), channels))
        self._squares = np.zeros((BLOCKS, channels))
        self._highest, self._lowest = np.zeros((BLOCKS, channels)), np.zeros((BLOCKS, channels))
        self._at_full = np.zeros((BLOCKS, channels), np.intp)
        self._invalid = np.zeros((BLOCKS, channels), bool)
        self._samples = BLOCKS * rows

    def feed(self, x: NDArray[np.float64], invalid: NDArray[np.bool_] | None) -> None:
        """One block of samples (time, channel); where `invalid` they are zeros."""
        kept = (self._sums, self._squares, self._highest, self._lowest, self._at_full, self._invalid)
        for array in kept:
            array[:-1] = array[1:]
        np.matmul(self._basis, x, out=self._sums[-1])
        np.add.reduce(x * x, axis=0, out=self._squares[-1])
        np.maximum.reduce(x, axis=0, out=self._highest[-1])
        np.minimum.reduce(x, axis=0, out=self._lowest[-1])
        at_full: Any = 0
        if max(self._highest[-1].max(), -self._lowest[-1].min()) >= self._full_scale:
            at_full = (np.abs(x) >= self._full_scale).sum(axis=0)
        self._at_full[-1] = at_full
        self._invalid[-1] = False if invalid is None else invalid.any(axis=0)

    def flat(self) -> NDArray[np.bool_]:
        """(channel,): the same value all the time."""
        return np.asarray(self._highest.max(axis=0) == self._lowest.min(axis=0))

    def clipped(self) -> Array:
        """(channel,): share of the samples within 1 % of full scale."""
        return np.asarray(np.add.reduce(self._at_full, axis=0) / self._samples)

    def invalid(self) -> NDArray[np.bool_]:
        """(channel,): some value was no number."""
        return np.asarray(self._invalid.any(axis=0))

    def hum(self, floor: float) -> Array:
        """(channel,): share of the power at one mains frequency; 0 where the rms is below `floor`."""
        mean = np.add.reduce(self._sums[:, 0], axis=0) / self._samples
        power = np.add.reduce(self._squares, axis=0) / self._samples - mean * mean
        if not self._tones:
            return np.zeros(len(power))
        tones = np.add.reduce(self._turns * self._complex(self._sums), axis=0) - mean * self._tone_of_one
        strongest = np.maximum.reduce(tones.real**2 + tones.imag**2, axis=0) * (2 / self._samples**2)
        return np.asarray(np.where(power > floor * floor, strongest / np.maximum(power, 1e-30), 0.0))

    def _complex(self, sums: Array) -> NDArray[np.complex128]:
        """(block, 1 + 2 tones, channel) of the basis to (block, tone, channel)."""
        return np.asarray(sums[:, 1 : 1 + self._tones] - 1j * sums[:, 1 + self._tones :])


class QualityMonitor:
    """Feed raw counts (time, channel); tells which of them are to be masked, and the changes of state."""

    def __init__(self, rate_hz: float, channels: int, limit: float | None, electrodes: bool = True) -> None:
        """`electrodes`: False for a motion sensor, which may well lie still: only NaN is a fault of it."""
        self._rows = max(1, round(rate_hz / 4))
        self._block = np.zeros((self._rows, channels))
        self._invalid = np.zeros((self._rows, channels), bool)
        self._filled = self._seen = 0
        self._hum_floor = HUM_COUNTS * (limit / 128 if limit else 1.0)
        self._blocks = _Blocks(rate_hz, self._rows, channels, 0.99 * limit if limit else np.inf)
        self._electrodes = electrodes
        self.states = [NORMAL] * channels
        self._bad = np.zeros(channels, bool)
        self._set_limits()

    def feed(
        self, samples: NDArray[np.float64], t_ns: int, period_ns: int, finite: bool = False
    ) -> tuple[NDArray[np.bool_], list[QualityChange]]:
        """Returns (time, channel) marks of what must not count, and the changes.

        `finite`: no sample can be NaN, they came as whole numbers.
        """
        marks = np.zeros(samples.shape, bool)
        if finite and not self._electrodes:
            return marks, []
        invalid = None if finite else ~np.isfinite(samples)
        changes: list[QualityChange] = []
        at = 0
        while at < len(samples):
            stop = min(len(samples), at + self._rows - self._filled)
            place = slice(self._filled, self._filled + stop - at)
            self._block[place] = samples[at:stop]
            if self._bad.any():
                marks[at:stop] = self._bad
            if invalid is not None:
                self._invalid[place] = invalid[at:stop]
                if invalid[at:stop].any():
                    changes += self._not_numbers(
                        invalid[at:stop], marks[at:stop], t_ns + at * period_ns, period_ns
                    )
            self._filled += stop - at
            at = stop
            if self._filled == self._rows:
                changes += self._judge(t_ns + (at - 1) * period_ns, finite)
        return marks, changes

    def _not_numbers(
        self, invalid: NDArray[np.bool_], marks: NDArray[np.bool_], t_ns: int, period_ns: int
    ) -> list[QualityChange]:
        """Said and masked from the first sample that is no number, not from the end of the block."""
        changes = []
        first = invalid.argmax(axis=0)
        for channel in np.flatnonzero(invalid.any(axis=0)):
            marks[first[channel] :, channel] = True
            if self.states[channel] != NAN:
                self.states[channel] = NAN
                changes.append(QualityChange(int(channel), NAN, t_ns + int(first[channel]) * period_ns))
        changes.sort(key=lambda change: change.t_ns)  # as they would come sample by sample
        self._settle()
        return changes

    def _judge(self, t_ns: int, finite: bool) -> list[QualityChange]:
        self._filled = 0
        self._seen += 1
        if finite:
            self._blocks.feed(self._block, None)
        else:
            self._block[self._invalid] = 0.0
            self._blocks.feed(self._block, self._invalid)
        if self._seen < BLOCKS:
            return []
        changes = []
        for channel, state in enumerate(self._verdicts()):
            if state != self.states[channel]:
                self.states[channel] = state
                changes.append(QualityChange(channel, state, t_ns))
        if changes:
            self._settle()
        return changes

    def _settle(self) -> None:
        self._bad = np.array([state != NORMAL for state in self.states])
        self._set_limits()

    def _verdicts(self) -> list[str]:
        states = [NORMAL] * len(self.states)
        rows = [(NAN, self._blocks.invalid())]
        if self._electrodes:
            clipped = self._blocks.clipped() > self._clipped_limit  # also where it never moves
            hum = self._blocks.hum(self._hum_floor) > self._hum_limit
            rows = [(NOISY, hum), (FLAT, self._blocks.flat()), (CLIPPED, clipped), *rows]
        for state, found in rows:
            if found.any():
                states = [state if bad else was for was, bad in zip(states, found, strict=True)]
        return states

    def _set_limits(self) -> None:
        """What each channel is held to: less while it is in that state, lest it flutter."""
        self._hum_limit, self._clipped_limit = (
            np.array([share * (STAYS_BAD if now == state else 1.0) for now in self.states])
            for share, state in ((HUM_SHARE, NOISY), (CLIPPED_SHARE, CLIPPED))
        )
