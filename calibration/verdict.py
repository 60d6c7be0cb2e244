"""Whether one repetition is fit to learn from, and if not, why."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

REST = "rest"
FEWEST = 0.8  # share of the samples that must have come (our choice)
CONTRACTED = 1.5  # times the level of rest that counts as a contraction (our choice)
RESTLESS = 2.0  # times the first rest's level that is no rest any more (our choice)
CLIPPED = 0.25  # share of samples at full scale
DEAD_CHANNELS = 0.5  # share of channels that may be dead

KINDS = ("lost", "dead", "clipped", "quiet", "moved", "early", "late", "alike")


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one repetition."""

    label: str
    repetition: int
    good: bool
    reasons: tuple[str, ...]  # also of a good one: what is worth knowing
    level: float  # rms of the sample-to-sample change, counts
    lost: float  # share of the samples
    redo: bool = False  # it is asked for again (while `ask`: unless the wearer wishes to keep it)
    kinds: tuple[str, ...] = ()  # one of KINDS for each reason, for signs and sounds
    ask: bool = False  # a wish is waited for, however long: "redo" or "keep"


class Judge:
    """Remembers the level of rest, against which contractions are judged."""

    def __init__(self, limit: float | None) -> None:
        self._limit = limit
        self._rest: float | None = None

    def __call__(self, label: str, repetition: int, samples: NDArray[Any], wanted: int) -> Verdict:
        """`samples` (time, channel) raw counts of the repetition, `wanted` how many there should be."""
        lost = max(0.0, 1 - len(samples) / max(wanted, 1))
        if len(samples) < 2:
            return Verdict(label, repetition, False, ("no sample came",), 0.0, 1.0)
        x = samples.astype(np.float64)
        reasons: list[str] = []
        notes: list[str] = []
        if lost > 1 - FEWEST:
            reasons.append(f"{100 * lost:.0f} % of the samples were lost")
        dead = np.flatnonzero(~np.isfinite(x).all(axis=0) | (np.ptp(x, axis=0) == 0))
        if len(dead):
            where = reasons if len(dead) > DEAD_CHANNELS * x.shape[1] else notes
            where.append(f"no signal on channel {', '.join(map(str, dead))}")
        clipped = self._clipped(x)
        if len(clipped):
            reasons.append(f"channel {', '.join(map(str, clipped))} at its limit")
        alive = np.setdiff1d(np.arange(x.shape[1]), dead)
        level = float(np.sqrt((np.diff(x[:, alive], axis=0) ** 2).mean())) if len(alive) else 0.0
        reasons += self._strength(label, level)
        return Verdict(label, repetition, not reasons, (*reasons, *notes), level, lost)

    def _clipped(self, x: NDArray[np.float64]) -> NDArray[np.intp]:
        if self._limit is None:
            return np.zeros(0, np.intp)
        return np.flatnonzero((np.abs(x) >= self._limit - 1).mean(axis=0) > CLIPPED)

    def _strength(self, label: str, level: float) -> list[str]:
        if label == REST:
            if self._rest is None:
                self._rest = level
            elif level > RESTLESS * max(self._rest, 0.5):
                return ["the arm was not at rest"]
        elif self._rest is not None and level < CONTRACTED * self._rest:
            return ["no contraction: as quiet as rest"]
        return []
