"""When a contraction began, as found in the signal."""

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.profile import LevelScale

RISE = 0.15  # share of the way from rest to full contraction that counts as begun (our choice)
SMOOTH_MS = 15.0  # length of the running mean over the rectified signal (our choice)


def find_onset(samples: NDArray[np.float32], rate_hz: float, level: LevelScale) -> int | None:
    """Index of the sample at which (time, channel) `samples` leave rest and stay away to the end.

    None when they never do, or when they did so before the first sample.
    """
    width = max(1, round(SMOOTH_MS * rate_hz / 1000))
    mean_absolute = np.abs(samples).mean(axis=1)
    smooth = np.convolve(mean_absolute, np.ones(width) / width, "valid")
    above = smooth > level.rest + RISE * (level.full - level.rest)
    quiet = np.flatnonzero(~above)
    if not len(quiet) or quiet[-1] == len(above) - 1:
        return None
    return int(quiet[-1]) + width
