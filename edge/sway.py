"""Reads a window once more, as if the band sat turned by a part of an electrode, where it is near no gesture.

Each gesture is then a piece of a line instead of a point: from its mean towards the mean it would have with
the band one electrode on, either way (the tangent distance of Simard, LeCun, Denker and Victorri, Neural
Networks: Tricks of the Trade, 1998, with a Gaussian prior on how far). Windows near a gesture are judged as
worn, so with the band in place next to nothing changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError

Array = NDArray[np.float64]
ELECTRODES = (
    0.1  # deviation of the turn, against densities that are too sure of themselves (docs/accuracy.md)
)


@dataclass(frozen=True)
class Sway:
    """How one wearer's gestures change as the band turns, and when that is considered."""

    aside: Array  # (label, 2, feature): what an electrode to either side adds to the mean, in units of spread
    beyond: float  # distance to the nearest gesture from which a window is read once more
    price: float  # added to such a window's distances: a gesture found so is believed less far off


def explained(away: Array, aside: Array) -> Array:
    """What of the squared distance a turn of the band explains, (..., label).

    `away` (..., label, feature) and `aside` (label, 2, feature) are whitened.
    """
    along = np.maximum((aside @ away[..., None])[..., 0], 0.0)
    length = np.add.reduce(aside * aside, axis=-1) + ELECTRODES**-2
    return np.asarray(np.maximum.reduce(along * along / length, axis=-1))


def sway_from(row: Mapping[str, Any], aside: Array) -> Sway:
    """Raises KeyError, TypeError or ValueError (FormatError is one) when it makes no sense."""
    sway = Sway(aside, float(row["beyond"]), float(row["price"]))
    if not (np.isfinite(aside).all() and 0 < sway.beyond < np.inf and 0 <= sway.price < np.inf):
        raise FormatError("a head that sways by what is no number; calibrate again")
    return sway
