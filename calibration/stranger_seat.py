"""Closed-form features as a band put on otherwise would show them: mirrored, turned by whole electrodes."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.seat import Seat
from myoedge.edge.features import FEATURES


def seats(channels: int) -> tuple[Seat, ...]:
    """Every place around the ring, either way round; not turned comes first.

    Between two electrodes windows stray less, so a likelihood would always sit there (docs/calibration.md).
    """
    turns = (*range((channels + 1) // 2), *range(-(channels // 2), 0))
    return tuple(Seat(float(turn), mirrored) for mirrored in (False, True) for turn in turns)


def shown(
    features: NDArray[np.floating[Any]], seat: Seat, names: tuple[str, ...], channels: int
) -> NDArray[np.floating[Any]]:
    """(..., feature) values of an armband's own channel order, as a profile at that seat reads them."""
    return features[..., reordered(names, channels, seat.order(range(channels)))]


def reordered(names: tuple[str, ...], channels: int, order: Sequence[int]) -> NDArray[np.intp]:
    """Where the features stand that the window gives when place i shows channel `order[i]`, (feature,)."""
    return _reordered(names, channels, tuple(order))


@cache
def _reordered(names: tuple[str, ...], channels: int, order: tuple[int, ...]) -> NDArray[np.intp]:
    index: list[int] = []
    for name in names:
        seen: dict[frozenset[int], int] = {}
        keys = []
        for row in FEATURES[name][1](channels):
            on = frozenset(map(int, np.flatnonzero(row)))
            seen[on] = seen.get(on, -1) + 1
            keys.append((on, seen[on]))
        at = {key: i + len(index) for i, key in enumerate(keys)}
        index += [at[frozenset(order[place] for place in on), turn] for on, turn in keys]
    return np.array(index, np.intp)
