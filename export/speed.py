"""What one window costs on each engine, beside the float network in the same format, in one run."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.engines import Engine
from myoedge.edge.engines.timing import timed


def microseconds(
    engines: Mapping[str, Engine], inputs: Mapping[str, NDArray[np.float32]]
) -> dict[str, float]:
    """Median CPU time of this thread for one window, by engine; compare only within one call."""
    times = timed(engines, inputs)
    return {name: round(float(np.median(np.median(of, axis=1))), 1) for name, of in times.items()}
