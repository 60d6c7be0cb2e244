"""Where in a prompted repetition the gesture truly was held: labels follow the muscle, not the prompt."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

SMOOTH_S = 0.1  # length of the running mean over the rectified change (our choice)
BEGUN = 0.3  # share of the way from rest to the held level that counts as contracted (our choice)
BREAK_S = 0.15  # a dip shorter than this is no release (our choice)
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Held:
    """The longest contraction about a prompt, as rows of the samples."""

    begun: int  # 0: already as the samples began
    ended: int  # their number: not before they ended


def find_held(samples: Array, rate_hz: float, cue: int, rest: float) -> Held | None:
    """When the wearer contracted, in (time, channel) raw counts of which row `cue` is the prompt.

    `rest` is the mean absolute change from sample to sample at rest. None: never.
    """
    level = envelope(samples, rate_hz)
    if len(level) <= cue:
        return None
    held = float(np.quantile(level[cue:], 0.75))
    if held <= rest:
        return None
    above = _without_dips(level > rest + BEGUN * (held - rest), round(BREAK_S * rate_hz))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], above.astype(np.int8), [0]])))
    runs = [Held(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > cue]
    return max(runs, key=lambda run: run.ended - max(run.begun, cue), default=None)


def envelope(samples: Array, rate_hz: float) -> Array:
    """Mean absolute change from sample to sample over the channels, smoothed: (time,)."""
    change = np.abs(np.diff(samples, axis=0, prepend=samples[:1])).mean(axis=1)
    width = min(len(change), max(1, round(SMOOTH_S * rate_hz)))
    window = np.ones(width)
    counts = np.convolve(np.ones(len(change)), window, "same")
    return np.asarray(np.convolve(change, window, "same") / counts)


def _without_dips(above: NDArray[np.bool_], shortest: int) -> NDArray[np.bool_]:
    """Gaps shorter than `shortest` between two contracted parts are filled."""
    filled = above.copy()
    edges = np.flatnonzero(np.diff(above.astype(np.int8)))
    for a, b in pairwise(edges):
        if above[a] and b - a < shortest:
            filled[a + 1 : b + 1] = True
    return filled
