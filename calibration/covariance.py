"""Covariance within a label: how far a gesture strays from its mean, shrunk so that few windows suffice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Blocks = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Prior:
    """How other people stray: one covariance a block of the embedding, (feature, feature), in raw units."""

    within: tuple[Array, ...]  # of windows about the mean of their repetition
    between: tuple[Array, ...]  # of repetitions' means about the mean of their gesture

    @property
    def sizes(self) -> list[int]:
        """Features of each block."""
        return [len(block) for block in self.within]


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


def blend(own: Array, within: Array, between: Array, weight: float, repetitions: int, ridge: float) -> Array:
    """The wearer's covariance about the means of their gestures, filled up by other people's.

    A window of a later repetition strays from a mean over n repetitions by W + B + B / n (the two covariances
    of probabilistic linear discriminant analysis: Ioffe, ECCV 2006). The wearer's own shows W + B (n - 1) / n
    of it and other people's `within` W; what is missing of both is other people's `between`. `weight` is that
    of `within`, `ridge` a share added to the diagonal.
    """
    n = repetitions
    missing = (1 - weight) * 2 / n + weight * (1 + 1 / n)
    mixed = (1 - weight) * own + weight * within + missing * between
    mixed.flat[:: len(mixed) + 1] *= 1 + ridge
    return np.asarray(mixed)
