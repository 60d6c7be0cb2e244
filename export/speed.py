"""What one window costs on each engine, beside the float network in the same format, in one run."""

import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.engines import Engine

ROUNDS, WINDOWS = 15, 60


def microseconds(
    engines: Mapping[str, Engine], inputs: Mapping[str, NDArray[np.float32]]
) -> dict[str, float]:
    """Median CPU time of this thread for one window, by engine.

    CPU time, not the wall's: a busy machine would be measured instead. Rounds take turns, so that what else
    runs meets all engines alike; compare only within one call.
    """
    count = len(next(iter(inputs.values())))
    single = [{name: x[i : i + 1] for name, x in inputs.items()} for i in range(count)]
    times: dict[str, list[float]] = {name: [] for name in engines}
    for turn in range(ROUNDS):
        for name in sorted(engines, reverse=bool(turn % 2)):
            times[name].append(_median_us(engines[name], single))
    return {name: round(float(np.median(of)), 1) for name, of in times.items()}


def _median_us(engine: Engine, single: list[dict[str, NDArray[np.float32]]]) -> float:
    taken = []
    for i in range(WINDOWS):
        start = time.thread_time_ns()
        engine(single[i % len(single)])
        taken.append(time.thread_time_ns() - start)
    return float(np.median(taken)) / 1000
