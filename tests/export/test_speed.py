"""Engines are timed by what they compute, in turns."""

import numpy as np

from myoedge.export.speed import microseconds


class Busy:
    """Adds up numbers for as long as it is told."""

    name = "busy"

    def __init__(self, work: int) -> None:
        self.work, self.calls = work, 0

    def __call__(self, inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        self.calls += 1
        total = sum(range(self.work))
        return np.array([total], np.float32), inputs["emg"][0]


def test_every_engine_is_timed_on_as_many_windows() -> None:
    engines = {"a": Busy(10), "b": Busy(20)}
    times = microseconds(engines, {"emg": np.zeros((4, 40, 8), np.float32)})  # type: ignore[arg-type]
    assert engines["a"].calls == engines["b"].calls
    assert set(times) == {"a", "b"}
