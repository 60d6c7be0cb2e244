"""Whether a repetition looks like another gesture: told while the wearer can still do it over.

The first repetition of a gesture is compared by its shape over the channels, a later one by a head fitted on
the first ones. On the first repetitions of myo-laval, myo-uci and myo-ciil (docs/calibration.md) the limits
let 2 to 5 % of true second repetitions be questioned and find 88 to 100 % of those that were another gesture.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.example import Example
from myoedge.calibration.fit import REST, fit_head
from myoedge.edge.features import log_time_domain, tangent

WINDOW_S, HOP_S = 0.2, 0.1
LOUD = 20.0  # counts that a contraction is scaled to: what the features' floors are made for
SHAPE = 0.25  # rms difference of log levels over the channels, below which two gestures look alike
OTHER, OWN = 0.6, 0.3  # share of windows nearer to another gesture, and to the own one: that other gesture

Windows = NDArray[np.float32]


class Likeness:
    """Remembers every repetition so far; one that is done over replaces itself."""

    def __init__(self, rate_hz: float) -> None:
        self._rows = max(8, round(WINDOW_S * rate_hz))
        self._hop = max(1, round(HOP_S * rate_hz))
        self._gain: float | None = None
        self._taken: dict[tuple[str, int], NDArray[Any]] = {}
        self._windows: dict[tuple[str, int], Windows] = {}  # of what was taken, over the channels that count
        self._dead: frozenset[int] = frozenset()

    def __call__(
        self, label: str, repetition: int, samples: NDArray[Any], dead: frozenset[int]
    ) -> str | None:
        """The gesture that (time, channel) raw counts, held, look like instead; None: like none other.

        Channels `dead` now or earlier count no more.
        """
        if dead - self._dead:
            self._dead |= dead
            self._windows.clear()
        channels = samples.shape[1] - len(self._dead)
        if len(samples) < 2 * self._rows or channels < 2:
            return None
        if self._gain is None:
            rms = float(np.sqrt(np.nanmean(np.nanvar(samples, axis=0))))
            self._gain = LOUD / rms if rms > 0 else 1.0
        self._taken.pop((label, repetition), None)
        self._windows.pop((label, repetition), None)
        mine = self._cut(samples)
        firsts = self._firsts()
        like = self._later(label, mine, firsts) if label in firsts else self._shape(label, mine, firsts)
        self._taken[label, repetition], self._windows[label, repetition] = samples, mine
        return like

    def _cut(self, samples: NDArray[Any]) -> Windows:
        """(window, feature) over the channels that count."""
        alive = [c for c in range(samples.shape[1]) if c not in self._dead]
        x = (samples[:, alive] * (self._gain or 1.0)).astype(np.float32)
        pieces = [x[at : at + self._rows] for at in range(0, len(x) - self._rows + 1, self._hop)]
        return np.array([np.concatenate([log_time_domain(p), tangent(p)]) for p in pieces])

    def _firsts(self) -> dict[str, Windows]:
        """Of every label the first repetition that there is."""
        found: dict[str, Windows] = {}
        for key in sorted(self._taken):
            if key[0] not in found:
                if key not in self._windows:
                    self._windows[key] = self._cut(self._taken[key])
                found[key[0]] = self._windows[key]
        return found

    @staticmethod
    def _shape(label: str, mine: Windows, firsts: Mapping[str, Windows]) -> str | None:
        """Nearest other gesture in shape, where that is too near; how strong each was does not count."""
        channels = _channels(mine)
        apart = {
            other: float((mine[:, :channels].mean(axis=0) - theirs[:, :channels].mean(axis=0)).std())
            for other, theirs in firsts.items()
            if REST not in (label, other)
        }
        near = min(apart, key=lambda other: apart[other], default="")
        return near if near and apart[near] < SHAPE else None

    @staticmethod
    def _later(label: str, mine: Windows, firsts: Mapping[str, Windows]) -> str | None:
        """Another gesture that the windows are nearer to than to the own first repetition."""
        if len(firsts) < 2:
            return None
        edge, size = 4 * _channels(mine), mine.shape[1]
        examples = [Example(k, 0, w, np.ones(w.shape, bool), np.ones(len(w))) for k, w in firsts.items()]
        head = fit_head(examples, ((0, edge), (edge, size)))
        nearest = head.distances(mine).argmin(axis=1)
        shares = {name: float((nearest == i).mean()) for i, name in enumerate(head.labels)}
        own = shares.pop(label)
        other = max(shares, key=lambda name: shares[name])
        return other if shares[other] > OTHER and own < OWN else None


def _channels(windows: Windows) -> int:
    """4 c + c (c + 1) / 2 features a window, solved for c."""
    return round((math.sqrt(81 + 8 * windows.shape[1]) - 9) / 2)
