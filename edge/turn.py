"""Reads closed-form features between two electrodes, where a band sits turned by a part of one.

Whole electrodes are turned by the profile's `order`. The part that is left mixes each feature with the same
feature of the neighbour, not the signals: neighbours' signals would partly cancel (docs/donning.md has both).
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.features import FEATURES


class Turn:
    """(..., feature) values as a band turned by `share` of an electrode, -0.5 to 0.5, would give them."""

    def __init__(self, names: Sequence[str], channels: int, share: float) -> None:
        self.far = rolled(names, channels, 1 if share > 0 else -1)  # the same feature of the neighbour
        self.features_in = len(self.far)
        self._near_weight, self._far_weight = np.float32(1 - abs(share)), np.float32(abs(share))

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return features * self._near_weight + features[..., self.far] * self._far_weight

    def touched(self, touched: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which channels each mixed feature depends on, from (feature, channel) of the plain ones."""
        return np.asarray(touched | touched[self.far])


def rolled(names: Sequence[str], channels: int, by: int) -> NDArray[np.intp]:
    """Where each feature stands when place i of the window shows what place i - `by` showed, around the ring.

    Index into the features of the window as it is, (feature,); for features that treat all channels alike.
    """
    index: list[int] = []
    for name in names:
        touched = FEATURES[name][1](channels)
        places = _keys(frozenset(map(int, np.flatnonzero(row))) for row in touched)
        at = {key: i + len(index) for i, key in enumerate(places)}
        index += [at[frozenset((c - by) % channels for c in on), turn] for on, turn in places]
    return np.array(index, np.intp)


def _keys(sets: Iterable[frozenset[int]]) -> list[tuple[frozenset[int], int]]:
    """The channels of each feature, and how many features before it had the same ones."""
    seen: Counter[frozenset[int]] = Counter()
    keys = []
    for on in sets:
        keys.append((on, seen[on]))
        seen[on] += 1
    return keys
