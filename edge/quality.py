"""Watches each channel: not a number, flat, clipped or noisy, and when it is back to normal.

Judged every quarter of a second of samples over the last second, so the verdict does not depend on chunking.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCKS = 4  # blocks of a quarter of a second in the span that is judged
CLIPPED_SHARE = 0.25  # of the samples at full scale (our choice)
HUM_SHARE = 0.5  # of the power within 1 Hz of the mains (our choice; EMG alone has about 0.05)
HUM_COUNTS = 4.0  # rms below which hum does not matter (our choice)
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

    def __init__(self, rate_hz: float, channels: int, limit: float | None) -> None:
        self._rows = max(1, round(rate_hz / 4))
        self._span = np.zeros((self._rows * BLOCKS, channels))
        self._invalid = np.zeros((self._rows * BLOCKS, channels), bool)
        self._filled = self._seen = 0
        self._limit = limit
        span_s = np.arange(len(self._span)) / rate_hz
        hums = [hz for hz in MAINS_HZ if hz < rate_hz / 2]
        self._tones = np.exp(-2j * np.pi * np.outer(hums, span_s))
        self.states = [NORMAL] * channels
        self._bad = np.zeros(channels, bool)
        self.any_bad = False

    def feed(
        self, samples: NDArray[np.float64], t_ns: int, period_ns: int
    ) -> tuple[NDArray[np.bool_], list[QualityChange]]:
        """Returns (time, channel) marks of what must not count, and the changes; samples may hold NaN."""
        invalid = ~np.isfinite(samples)
        marks = np.zeros(samples.shape, bool)
        changes: list[QualityChange] = []
        at = 0
        while at < len(samples):
            take = min(len(samples) - at, self._rows - self._filled)
            piece = slice(at, at + take)
            place = slice(len(self._span) - self._rows + self._filled, len(self._span) - self._rows + self._filled + take)
            self._span[place] = samples[piece]
            self._invalid[place] = invalid[piece]
            marks[piece] = self._bad | invalid[piece]
            self._filled += take
            at += take
            if self._filled == self._rows:
                changes += self._judge(t_ns + (at - 1) * period_ns)
        if invalid.any():
            changes += self._not_numbers(invalid, t_ns, period_ns)
        return marks, changes

    def _not_numbers(self, invalid: NDArray[np.bool_], t_ns: int, period_ns: int) -> list[QualityChange]:
        """Said at the first sample that is no number, not at the end of the block."""
        changes = []
        for channel in np.flatnonzero(invalid.any(axis=0)):
            if self.states[channel] != NAN:
                self.states[channel] = NAN
                first = int(invalid[:, channel].argmax())
                changes.append(QualityChange(int(channel), NAN, t_ns + first * period_ns))
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
        self.any_bad = bool(self._bad.any())

    def _verdicts(self) -> list[str]:
        x = np.where(self._invalid, 0.0, self._span)
        flat = np.ptp(x, axis=0) == 0
        x0 = x - x.mean(axis=0)
        power = (x0**2).mean(axis=0)
        hum = np.zeros(x.shape[1])
        if len(self._tones):
            tone = 2 * np.abs(self._tones @ x0 / len(x0)) ** 2
            hum = tone.max(axis=0) / np.maximum(power, 1e-12)
        noisy = (hum > HUM_SHARE) & (power > HUM_COUNTS**2)
        clipped = np.zeros(x.shape[1], bool)
        if self._limit is not None:
            clipped = (np.abs(x) >= self._limit - 1).mean(axis=0) > CLIPPED_SHARE
        rows = zip(self._invalid.any(axis=0), flat, clipped, noisy, strict=True)
        return [NAN if n else FLAT if f else CLIPPED if c else NOISY if h else NORMAL for n, f, c, h in rows]
