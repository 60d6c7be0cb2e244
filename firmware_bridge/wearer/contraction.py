"""How one contraction goes over into the next: the share of the new pattern at each moment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FROM_10_TO_90 = 0.6493  # of the whole rise: where a quarter sine is between 0.1 and 0.9


@dataclass(frozen=True, slots=True)
class Contraction:
    """One movement: it begins to rise at sample `start`."""

    gesture: str
    start: int  # sample index
    rise: float  # samples from nothing to the whole
    overshoot: float
    settle: float  # samples in which the overshoot falls to 1/e

    def share(self, index: Array) -> Array:
        """How much of the new pattern has come, 0..1: (time,) -> (time,)."""
        u = np.clip((index - self.start + 1) / self.rise, 0.0, 1.0)
        result: Array = np.sin(np.pi / 2 * u)
        return result

    def excess(self, index: Array) -> Array:
        """Gain on top while the first effort settles: (time,) -> (time,), about 1."""
        after = np.maximum(index - self.start - self.rise, 0.0)
        result: Array = 1 + self.overshoot * self.share(index) * np.exp(-after / self.settle)
        return result


def whole_rise_s(rise_10_to_90_s: float) -> float:
    """Length of a rise whose middle part takes `rise_10_to_90_s`."""
    return rise_10_to_90_s / FROM_10_TO_90
