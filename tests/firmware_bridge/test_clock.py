"""ClockRecovery against a radio whose truth is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.firmware_bridge.clock import ClockRecovery


def recovered(clock: ClockRecovery, air: Any, rows: int) -> NDArray[np.int64]:
    times = [
        clock.feed(int(n) * rows + rows - 1, int(t)) for n, t in zip(air.packet, air.arrival_ns, strict=True)
    ]
    return np.array(times)


def rms_ms(error_ns: NDArray[np.int64]) -> float:
    return float(np.std(error_ns) / 1e6)


@pytest.mark.parametrize(
    ("case", "bound_ms"),
    [
        ({"rate_hz": 200.0, "rows": 2, "event_s": 0.0075}, 1.2),
        ({"rate_hz": 200.0, "rows": 2, "event_s": 0.03}, 3.0),
        ({"rate_hz": 50.0, "rows": 1, "event_s": 0.0075}, 1.5),
        ({"rate_hz": 200.0, "rows": 2, "event_s": 0.0075, "loss": 0.2}, 1.2),
        ({"rate_hz": 1000.0, "rows": 16, "event_s": 0.03, "loss": 0.01}, 1.5),
        ({"rate_hz": 2000.0, "rows": 14, "event_s": 0.015, "stalls": 0.0005}, 1.0),
    ],
)
def test_recovered_times_are_near_the_truth(
    air: Callable[..., Any], case: dict[str, Any], bound_ms: float
) -> None:
    came = air(seconds=90.0, **case)
    times = recovered(ClockRecovery(case["rate_hz"]), came, case["rows"])
    settled = came.truth_ns > came.truth_ns[0] + 20_000_000_000
    error = (times - came.truth_ns)[settled]
    assert rms_ms(error) < bound_ms
    assert rms_ms(error) < rms_ms((came.arrival_ns - came.truth_ns)[settled]) / 4
    assert 0 < np.mean(error) / 1e6 < 1e3 * case["event_s"] + 3  # late by the delay of the link, never early


def test_recovered_times_never_go_back(air: Callable[..., Any]) -> None:
    came = air(stalls=0.01, loss=0.1, seconds=60.0)
    assert (np.diff(recovered(ClockRecovery(200.0), came, 2)) > 0).all()


def test_it_follows_a_crystal_that_is_off(air: Callable[..., Any]) -> None:
    came = air(drift_ppm=200.0, wander_ppm=0.0, stalls=0.0)
    times = recovered(ClockRecovery(200.0), came, 2)
    half = len(times) // 2
    samples = 2 * (came.packet[-1] - came.packet[half])
    assert (times[-1] - times[half]) / samples == pytest.approx(5e6 * (1 + 200e-6), rel=3e-5)


def test_a_late_first_packet_does_not_shift_what_follows() -> None:
    clock = ClockRecovery(200.0)
    arrivals = [max(0.3, 0.01 * n) for n in range(1000)]
    last = [clock.feed(2 * n + 1, int(t * 1e9)) for n, t in enumerate(arrivals)][-1]
    assert abs(last - arrivals[-1] * 1e9) < 5e6


def test_after_a_long_gap_it_takes_the_arrival_as_it_is() -> None:
    clock = ClockRecovery(200.0)
    for n in range(100):
        clock.feed(2 * n + 1, n * 10_000_000)
    t_ns = clock.feed(201, 60_000_000_000)
    assert t_ns == 60_000_000_000
    assert clock.resyncs == 1


def test_an_arrival_in_the_past_does_not_turn_time_back() -> None:
    clock = ClockRecovery(200.0)
    before = [clock.feed(2 * n + 1, 10**13 + n * 10_000_000) for n in range(100)][-1]
    assert clock.feed(201, 5) > before
