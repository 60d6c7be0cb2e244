"""Losses and parts to shares of the decision, with intervals over people."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
LEVEL = 0.95

Rows = NDArray[np.float64]  # (person, quantity)


@dataclass(frozen=True, slots=True)
class Share:
    """A value over people and the interval of the bootstrap, which one person does not have."""

    value: float  # NaN: nothing to share out
    low: float
    high: float

    @property
    def said(self) -> str:
        """As a percentage for a person."""
        if np.isnan(self.value):
            return "-"
        bounds = "" if np.isnan(self.low) else f" [{100 * self.low:.1f}, {100 * self.high:.1f}]"
        return f"{100 * self.value:.1f} %{bounds}"


def cross_share(cross: Rows, within: Rows) -> Rows:
    """What passes across as a share of both; below zero counts as nothing, NaN where nothing is left."""
    cross, within = np.maximum(cross, 0.0), np.maximum(within, 0.0)
    both = cross + within
    return np.where(both > 0, cross / np.where(both > 0, both, 1.0), np.nan)


def bootstrap(rows: Rows, statistic: Callable[[Rows], Rows], seed: int = 0, draws: int = DRAWS) -> Share:
    """A statistic of the people's mean, with the percentile interval of drawing people anew.

    `statistic` takes (draw, quantity) and gives (draw,). The interval is of people and so is NaN with one,
    and where there is nothing to share out.
    """
    value = float(statistic(rows.mean(axis=0)[None])[0])
    if len(rows) < 2 or np.isnan(value):
        return Share(value, float("nan"), float("nan"))
    rng = np.random.default_rng(seed)
    means = rows[rng.integers(0, len(rows), (draws, len(rows)))].mean(axis=1)
    found = statistic(means)
    found = found[~np.isnan(found)]
    if not len(found):
        return Share(value, float("nan"), float("nan"))
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(found, [tail, 100 - tail])
    return Share(value, float(low), float(high))


def mean_of(values: NDArray[np.float64]) -> Share:
    """The mean over people."""
    return bootstrap(values[:, None], lambda rows: rows[:, 0])


def share_of(cross: NDArray[np.float64], within: NDArray[np.float64]) -> Share:
    """The share across of one layer, from what each person loses by silencing either."""
    return bootstrap(np.stack([cross, within], 1), lambda rows: cross_share(rows[:, 0], rows[:, 1]))


def mean_share(cross: Rows, within: Rows) -> Share:
    """The mean of the layers' shares across; layers without anything to share out are passed over.

    Both (person, layer). This is the form to hold against the paper's "about 30 %".
    """
    layers = cross.shape[1]

    def statistic(rows: Rows) -> Rows:
        shares = cross_share(rows[:, :layers], rows[:, layers:])
        there = ~np.isnan(shares)
        count = there.sum(axis=1)
        return np.where(count > 0, np.where(there, shares, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)

    return bootstrap(np.concatenate([cross, within], 1), statistic)
