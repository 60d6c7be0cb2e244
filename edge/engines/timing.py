"""What one window costs on each engine: CPU time of this thread, the engines in turns."""

import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.engines import Engine

ROUNDS, WINDOWS = 15, 60


def timed(
    engines: Mapping[str, Engine], inputs: Mapping[str, NDArray[np.float32]]
) -> dict[str, NDArray[np.float64]]:
    """Microseconds of every call, (round, window), by engine; `inputs` have several windows each.

    CPU time, not the wall's: a busy machine would be measured instead. Rounds take turns, so that what else
    runs meets all engines alike; compare only within one call.
    """
    count = len(next(iter(inputs.values())))
    single = [{name: x[i : i + 1] for name, x in inputs.items()} for i in range(count)]
    times: dict[str, list[list[float]]] = {name: [] for name in engines}
    for turn in range(ROUNDS):
        for name in sorted(engines, reverse=bool(turn % 2)):
            times[name].append(_round(engines[name], single))
    return {name: np.array(of) for name, of in times.items()}


def ratio(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """How much longer `one` takes than `other`, both (round, window): the median over rounds."""
    return float(np.median(np.median(one, axis=1) / np.median(other, axis=1)))


def _round(engine: Engine, single: list[dict[str, NDArray[np.float32]]]) -> list[float]:
    taken = []
    for i in range(WINDOWS):
        start = time.thread_time_ns()
        engine(single[i % len(single)])
        taken.append((time.thread_time_ns() - start) / 1000)
    return taken
