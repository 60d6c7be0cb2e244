"""Engines take turns, and are compared round by round."""

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.engines.timing import ROUNDS, WINDOWS, ratio, timed


class Noting:
    """Writes its name down at every call, and the window that it was given."""

    def __init__(self, name: str, calls: list[tuple[str, float]]) -> None:
        self.name, self.calls = name, calls

    def __call__(
        self, inputs: dict[str, NDArray[np.float32]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        self.calls.append((self.name, float(inputs["emg"][0, 0, 0])))
        return inputs["emg"][0], inputs["emg"][0]


def test_engines_take_turns_on_the_same_windows() -> None:
    calls: list[tuple[str, float]] = []
    windows = np.arange(4, dtype=np.float32).reshape(4, 1, 1)
    times = timed({name: Noting(name, calls) for name in "ab"}, {"emg": windows})  # type: ignore[misc]
    assert {name: of.shape for name, of in times.items()} == dict.fromkeys("ab", (ROUNDS, WINDOWS))
    firsts = [calls[at][0] for at in range(0, len(calls), 2 * WINDOWS)]
    assert firsts[:3] == ["a", "b", "a"]
    assert [at for _, at in calls[:5]] == [0, 1, 2, 3, 0]


def test_a_ratio_is_the_median_over_rounds_that_were_slow_for_both() -> None:
    other = np.array([[10.0, 10, 99], [40, 40, 40], [20, 20, 20]])
    assert ratio(other / 2, other) == 0.5
    assert ratio(np.array([[5.0, 5, 5], [400, 400, 400], [10, 10, 10]]), other) == 0.5
