"""The field's plain baseline: four time-domain values a channel, for one shrunk covariance."""

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder, Windows
from myoedge.calibration.stretch import Stretch


def hudgins(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """MAV, WL, ZC, SSC without a dead zone: (time, channel) -> (4 * channel,).

    Hudgins, Parker and Scott, IEEE TBME 40(1), 1993.
    """
    steps = np.diff(window, axis=0)
    rows = (
        np.abs(window).mean(axis=0),
        np.abs(steps).sum(axis=0),
        (window[1:] * window[:-1] < 0).sum(axis=0),
        (steps[1:] * steps[:-1] < 0).sum(axis=0),
    )
    return np.concatenate(rows).astype(np.float32)


def hudgins_windows(embedder: StreamEmbedder, stretch: Stretch) -> Windows:
    """Every window of a stretch, conditioned as on the device; levels are not measured."""
    windows = list(embedder.windows(stretch.chunks))
    size = 4 * len(embedder.clock.columns)
    rows = [hudgins(w.samples[embedder.bundle.clock]) for w in windows]
    return Windows(
        np.array([w.t_ns for w in windows], np.int64),
        np.array(rows, np.float32).reshape(-1, size),
        np.array([np.tile(~w.masked, 4) for w in windows], bool).reshape(-1, size),
        np.zeros(len(windows)),
        None,
    )
