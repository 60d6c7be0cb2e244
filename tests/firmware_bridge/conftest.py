"""A radio with a known truth: when samples were taken, and when a host would have seen their packets."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray


@dataclass(frozen=True)
class Air:
    """What came over a simulated radio."""

    packet: NDArray[np.int64]  # number of each packet that arrived
    arrival_ns: NDArray[np.int64]
    truth_ns: NDArray[np.int64]  # when its last sample was taken


def simulate(
    rate_hz: float = 200.0,
    rows: int = 2,
    event_s: float = 0.0075,
    seconds: float = 120.0,
    loss: float = 0.0,
    stalls: float = 0.002,
    drift_ppm: float = 60.0,
    wander_ppm: float = 20.0,
    seed: int = 1,
) -> Air:
    """Packets of `rows` samples over connection events, with drift, wander, jitter, stalls and loss."""
    rng = np.random.default_rng(seed)
    count = int(seconds * rate_hz / rows)
    t = (np.arange(count) * rows + rows - 1) / rate_hz
    wander = wander_ppm * 1e-6 * 60 / (2 * np.pi) * (1 - np.cos(2 * np.pi * t / 60))
    truth = t * (1 + drift_ppm * 1e-6) + wander
    phase = rng.uniform(0, event_s)
    event = np.ceil((truth + phase) / event_s) * event_s - phase
    arrival = event + rng.exponential(0.0008, count) + 0.0004
    stalled_until, last = 0.0, 0.0
    for i in range(count):
        if rng.random() < stalls:
            stalled_until = arrival[i] + rng.uniform(0.03, 0.3)
        last = arrival[i] = max(arrival[i], last + 1e-5, stalled_until)
    kept = rng.random(count) >= loss
    start_ns = 3_600_000_000_000

    def to_ns(seconds_: NDArray[np.float64]) -> NDArray[np.int64]:
        return (seconds_[kept] * 1e9).astype(np.int64) + start_ns

    return Air(np.flatnonzero(kept), to_ns(arrival), to_ns(truth))


@pytest.fixture(scope="session")
def air() -> Callable[..., Air]:
    return simulate
