"""Fits the head for the first moments of a contraction, on ramps mixed from the wearer's own windows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.covariance import ledoit_wolf
from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.stretch import Stretch
from myoedge.edge.head import Head
from myoedge.edge.rising import NEWEST_MS, REST, Rising, ramp_blocks, ramp_features, rows_of

# share of the newest samples over which the ramp rises, and share of the gesture that it reaches (our choice)
STAGES = ((1, 0.06), (1, 0.12), (1, 0.25), (1, 0.5), (0.5, 0.25), (0.5, 0.5), (0.5, 1.0), (1, 1.0))
EVERY = 4  # of the calibration's windows one in so many: they overlap
TEMPERATURE = 0.15
MARGIN = 1.3  # above what rest shows in 99 of 100 windows
MOST_CHANNELS = 16  # beyond that the covariance would not be worth its size in the profile

Window = NDArray[np.float32]


def fit_rising(embedder: StreamEmbedder, stretches: Sequence[Stretch]) -> Rising | None:
    """None where rest was not recorded, or the armband has too many channels."""
    windows = [w for stretch in stretches for w in _windows(embedder, stretch)]
    rests = [w for label, w in windows if label == REST]
    gestures = [(label, w) for label, w in windows if label != REST]
    channels = len(embedder.clock.columns)
    rows = rows_of(NEWEST_MS, embedder.clock.rate_hz)
    if not rests or not gestures or channels > MOST_CHANNELS or len(rests[0]) < rows:
        return None
    named = [(REST, part) for w in rests for part in (w[-rows:], w[:rows])]
    stages = [-1] * len(named)
    for i, (label, window) in enumerate(gestures):
        for stage, (share, reached) in enumerate(STAGES):
            named.append((label, _ramp(rests[i % len(rests)], window, rows, share, reached)))
            stages.append(stage)
    quiet = MARGIN * float(np.quantile([np.abs(w[: rows // 2]).mean() for w in rests], 0.99))
    return Rising(_head([label for label, _ in named], stages, [w for _, w in named], channels), quiet)


def _windows(embedder: StreamEmbedder, stretch: Stretch) -> list[tuple[str, Window]]:
    """Windows that lie whole within a repetition, with its label; those with a bad channel are left out."""
    clock = embedder.bundle.clock
    found: list[tuple[str, Window]] = []
    for window in list(embedder.windows(stretch.chunks))[EVERY::EVERY]:
        start_ns = window.t_ns + embedder.clock.period_ns - embedder.window_ns
        inside = [s for s in stretch.spans if s.start_ns <= start_ns and window.t_ns < s.end_ns]
        if inside and not window.masked.any():
            found.append((inside[0].label, window.samples[clock]))
    return found


def _ramp(rest: Window, gesture: Window, rows: int, share: float, reached: float) -> Window:
    """The newest `rows`: rest, over into the gesture during the last `share` of them."""
    rising = max(2, round(rows * share))
    mix = np.zeros((rows, 1), np.float32)
    mix[rows - rising :, 0] = np.arange(1, rising + 1) / rising * reached
    return np.asarray(rest[-rows:] * (1 - mix) + gesture[-rows:] * mix, np.float32)


def _head(labels: list[str], stages: list[int], windows: list[Window], channels: int) -> Head:
    x = np.array([ramp_features(w) for w in windows], np.float64)
    keys = sorted(set(zip(labels, stages, strict=True)))
    of = np.array([keys.index(key) for key in zip(labels, stages, strict=True)])
    means = np.stack([x[of == k].mean(axis=0) for k in range(len(keys))])
    residuals = x - means[of]
    spread = residuals.std(axis=0) + 1e-3
    covariances = []
    for start, stop in ramp_blocks(channels):
        cov = ledoit_wolf(residuals[:, start:stop] / spread[start:stop])
        covariances.append(cov + 1e-3 * np.eye(stop - start))
    names = tuple(label for label, _ in keys)
    return Head(names, means / spread, spread, ramp_blocks(channels), tuple(covariances), TEMPERATURE)
