"""Watches each channel: not a number, flat, clipped or noisy, and when it is back to normal.

Judged every quarter of a second of samples over the last second; a value that is no number is known at once.
Neither depends on chunking. Over 2 hours of recorded Myo EMG (psl, laval, ciil, disco), rest to full
contraction, the limits below name no healthy channel; they name laval PreTraining Female0, cycle 0, whose
samples repeat every 20 ms for seconds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


class QualityMonitor:
    """Feed raw counts (time, channel); tells which of them are to be masked, and the changes of state."""

    def __init__(self, rate_hz: float, channels: int, limit: float | None, electrodes: bool = True) -> None:
        """`electrodes`: False for a motion sensor, which may well lie still: only NaN is a fault of it."""
        self._rows = max(1, round(rate_hz / 4))
        self._span = np.zeros((self._rows * BLOCKS, channels))
        self._invalid = np.zeros((self._rows * BLOCKS, channels), bool)
        self._filled = self._seen = 0
        self._full_scale = 0.99 * limit if limit else np.inf
        self._hum_floor = HUM_COUNTS * (limit / 128 if limit else 1.0)
        self._electrodes = electrodes
        span_s = np.arange(len(self._span)) / rate_hz
        hums = [hz for hz in MAINS_HZ if hz < rate_hz / 2]
        self._tones = np.exp(-2j * np.pi * np.outer(hums, span_s))
        self.states = [NORMAL] * channels
        self._bad = np.zeros(channels, bool)

    def feed(
        self, samples: NDArray[np.float64], t_ns: int, period_ns: int, finite: bool = False
    ) -> tuple[NDArray[np.bool_], list[QualityChange]]:
        """Returns (time, channel) marks of what must not count, and the changes.

        `finite`: no sample can be NaN, they came as whole numbers.
        """
        marks = np.zeros(samples.shape, bool)
        if finite and not self._electrodes:
            return marks, []
        invalid = marks.copy() if finite else ~np.isfinite(samples)
        changes: list[QualityChange] = []
        at, base = 0, len(self._span) - self._rows
        while at < len(samples):
            stop = min(len(samples), at + self._rows - self._filled)
            place = slice(base + self._filled, base + self._filled + stop - at)
            self._span[place], self._invalid[place] = samples[at:stop], invalid[at:stop]
            marks[at:stop] = self._bad
            if not finite and invalid[at:stop].any():
                changes += self._not_numbers(
                    invalid[at:stop], marks[at:stop], t_ns + at * period_ns, period_ns
                )
            self._filled += stop - at
            at = stop
            if self._filled == self._rows:
                changes += self._judge(t_ns + (at - 1) * period_ns)
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

    def _judge(self, t_ns: int) -> list[QualityChange]:
        self._seen += 1
        changes = []
        if self._seen >= BLOCKS:
            for channel, state in enumerate(self._verdicts()):
                if state != self.states[channel]:
                    self.states[channel] = state
                    changes.append(QualityChange(channel, state, t_ns))
            self._settle()
        self._span[: -self._rows] = self._span[self._rows :]
        self._invalid[: -self._rows] = self._invalid[self._rows :]
        self._filled = 0
        return changes

    def _settle(self) -> None:
        self._bad = np.array([state != NORMAL for state in self.states])

    def _verdicts(self) -> list[str]:
        states = np.full(self._span.shape[1], NORMAL, dtype=object)
        if self._electrodes:
            x = np.where(self._invalid, 0.0, self._span)
            states[self._hum(x) > self._limit(HUM_SHARE, NOISY)] = NOISY
            states[np.ptp(x, axis=0) == 0] = FLAT
            at_full = (np.abs(x) >= self._full_scale).mean(axis=0)
            states[at_full > self._limit(CLIPPED_SHARE, CLIPPED)] = CLIPPED  # also where it never moves
        states[self._invalid.any(axis=0)] = NAN
        return [str(state) for state in states]

    def _limit(self, share: float, state: str) -> NDArray[np.float64]:
        """The limit a channel is held to, lower while it is in that state."""
        return np.array([share * (STAYS_BAD if now == state else 1.0) for now in self.states])

    def _hum(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of the power that is at one mains frequency, (channel,); 0 where that hardly matters."""
        if not len(self._tones):
            return np.zeros(x.shape[1])
        x0 = x - x.mean(axis=0)
        power = (x0**2).mean(axis=0)
        tone = 2 * np.abs(self._tones @ x0 / len(x0)) ** 2
        return np.asarray(
            np.where(power > self._hum_floor**2, tone.max(axis=0) / np.maximum(power, 1e-30), 0.0)
        )
