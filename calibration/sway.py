"""What a turn of the band would do to a wearer's gestures, from their calibration read turned."""

from collections.abc import Sequence

import numpy as np

from myoedge.calibration.example import Example
from myoedge.edge.head import Head
from myoedge.edge.profile import Thresholds
from myoedge.edge.sway import Sway

BEYOND = 1.3  # of the limit: up to 1.2 a gesture that is held is kept as worn
PRICE = 0.2  # of the limit: what is recognised only turned must lie nearer (both: docs/accuracy.md)


def sway_of(head: Head, examples: Sequence[Example], limits: Thresholds) -> Sway | None:
    """How the head's gestures sway; None where the examples do not say."""
    asides = []
    for label in head.labels:
        mine = [(e.aside, len(e)) for e in examples if e.label == label and e.aside is not None]
        if not mine:
            return None
        asides.append(np.average([aside for aside, _ in mine], axis=0, weights=[n for _, n in mine]))
    return limited(Sway(np.array(asides) / head.spread, 1.0, 0.0), limits)


def limited(sway: Sway, limits: Thresholds) -> Sway:
    """The same with what follows from the limits."""
    return Sway(sway.aside, BEYOND * limits.distance, PRICE * limits.distance)
