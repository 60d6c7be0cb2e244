"""The field's plain baseline: four time-domain values a channel of the raw samples, one shrunk covariance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.covariance import ledoit_wolf
from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.example import Example
from myoedge.calibration.fit import UNKNOWN
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle
from myoedge.edge.head import Head

LEAST = 1e-6  # of a value's variance: two channels may be copies of each other


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


def unfiltered(bundle: Bundle) -> Bundle:
    """The same windows of the clock modality, of the samples as they came: with the filter it does worse."""
    clock = replace(bundle.modalities[bundle.clock], filters=())
    return replace(bundle, modalities={**bundle.modalities, bundle.clock: clock})


def hudgins_example(embedder: StreamEmbedder, stretch: Stretch) -> Example:
    """Every window of a stretch of one repetition; levels are not measured."""
    span, windows = stretch.spans[0], list(embedder.windows(stretch.chunks))
    size = 4 * len(embedder.clock.columns)
    rows = [hudgins(w.samples[embedder.bundle.clock]) for w in windows]
    return Example(
        span.label,
        span.repetition,
        np.array(rows, np.float32).reshape(-1, size),
        np.array([np.tile(~w.masked, 4) for w in windows], bool).reshape(-1, size),
        np.zeros(len(windows)),
    )


def fit_hudgins(examples: Sequence[Example]) -> Head:
    """Linear discriminant on standardised values, Ledoit-Wolf shrinkage, equal priors."""
    labels = tuple(sorted({e.label for e in examples}))
    x = np.concatenate([e.embeddings for e in examples]).astype(np.float64)
    y = np.concatenate([np.full(len(e), labels.index(e.label)) for e in examples])
    spread = x.std(axis=0)
    spread[spread < LEAST] = UNKNOWN  # crossings of samples that stand far above zero
    x /= spread
    means = np.stack([x[y == k].mean(axis=0) for k in range(len(labels))])
    size = x.shape[1]
    covariance = ledoit_wolf(x - means[y]) + LEAST * np.eye(size)
    return Head(labels, means, spread, ((0, size),), (covariance,))
