"""Covariance within a label: how far a gesture strays from its mean, shrunk so that few windows suffice."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Blocks = Sequence[tuple[int, int]]


def ledoit_wolf(residuals: Array) -> Array:
    """Covariance of centred (window, feature) rows, shrunk towards its mean variance.

    The share is the one that minimises the expected error (Ledoit and Wolf, Journal of Multivariate
    Analysis 88(2), 2004).
    """
    n, p = residuals.shape
    sample = residuals.T @ residuals / n
    mean = float(np.trace(sample)) / p
    squared = float((sample**2).sum())
    spread = squared - p * mean**2
    if spread <= 0:
        return np.asarray(sample)
    fourth = float(((residuals**2).sum(axis=1) ** 2).sum()) / n
    share = min(1.0, max(0.0, (fourth - squared) / n / spread))
    shrunk = (1 - share) * sample
    shrunk.flat[:: p + 1] += share * mean
    return np.asarray(shrunk)


def blend(own: Array, prior: Array, weight: float, ridge: float) -> Array:
    """The wearer's covariance and other people's, plus a share of the diagonal."""
    mixed = (1 - weight) * own + weight * prior
    mixed.flat[:: len(mixed) + 1] *= 1 + ridge
    return np.asarray(mixed)
