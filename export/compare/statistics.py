"""Means over people with their uncertainty, and tests of paired differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

DRAWS = 10_000
EXACT = 14  # people up to which all signs are tried
LEVEL = 0.95

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean over people."""

    mean: float
    deviation: float  # between people, n - 1; 0 for one
    low: float  # of the 95 % interval
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference over people."""

    mean: float
    low: float
    high: float
    p: float  # two-sided, of the sign-flip test


def spread(values: Sequence[float]) -> Spread:
    """Mean, deviation and the percentile bootstrap interval (Efron, 1979); the same draws each time."""
    x = np.asarray(values, np.float64)
    low, high = _interval(x)
    deviation = float(x.std(ddof=1)) if len(x) > 1 else 0.0
    return Spread(float(x.mean()), deviation, low, high)


def difference(first: Sequence[float], second: Sequence[float]) -> Difference:
    """second - first, person by person: mean, bootstrap interval, and the sign-flip permutation test.

    Under the null each person's difference is as likely to have the other sign (Fisher, 1935). All signs are
    tried for up to 14 people; for more, 10 000 draws of them.
    """
    x = np.asarray(second, np.float64) - np.asarray(first, np.float64)
    low, high = _interval(x)
    return Difference(float(x.mean()), low, high, _p(x))


def holm(values: Sequence[float]) -> list[float]:
    """p values as they stand when all of them are tested together (Holm, 1979)."""
    order = np.argsort(values)
    found, largest = np.zeros(len(values)), 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, (len(values) - rank) * values[at]))
        found[at] = largest
    return [float(p) for p in found]


def _interval(x: Values) -> tuple[float, float]:
    if len(x) == 1:
        return float(x[0]), float(x[0])
    draws = np.random.default_rng(0).integers(0, len(x), (DRAWS, len(x)))
    edge = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(x[draws].mean(axis=1), [edge, 100 - edge])
    return float(low), float(high)


def _p(x: Values) -> float:
    if len(x) <= EXACT:
        signs = np.array(list(product((1.0, -1.0), repeat=len(x))))
    else:
        signs = np.random.default_rng(0).choice((1.0, -1.0), (DRAWS, len(x)))
    means = np.abs((signs * x).mean(axis=1))
    reached = np.count_nonzero(means >= abs(x.mean()) - 1e-12)
    if len(x) <= EXACT:
        return reached / len(signs)
    return (reached + 1) / (DRAWS + 1)
