import numpy as np
import pytest

from myoedge.boards.monitor.scope import Scope
from myoedge.edge.stream import StreamSpec

MYO = {"emg": StreamSpec(200, 8, limit=128), "imu": StreamSpec(50, 10, limit=32768)}


def packets(count: int, begin: int = 0, swing: int = 10) -> list[list[object]]:
    """A Myo's: two rows of eight int8 each, at 100 a second."""
    rows = []
    for number in range(begin, begin + count):
        data = np.tile([[swing], [-swing]], (1, 8)).astype("i1").tobytes()
        rows.append([10**12 + number * 10_000_000, f"emg{number % 4}", data.hex()])
    return rows


def test_a_column_holds_the_smallest_and_the_largest_sample_of_its_time() -> None:
    scope = Scope("myo", MYO)
    assert scope.columns_hz == 100
    scope.feed(packets(20))
    traces = scope.traces()
    assert traces.first == 0 and traces.low.shape == (20, 8)
    assert (traces.low == -10).all() and (traces.high == 10).all()
    assert scope.rms() == pytest.approx([10.0] * 8)
    scope.feed(packets(5, 20))
    assert scope.traces().first == 20
    assert scope.traces().low.shape == (0, 8)


def test_lost_samples_are_a_gap_and_are_counted() -> None:
    scope = Scope("myo", MYO)
    scope.feed(packets(20))
    scope.feed(packets(20, 24))  # 4 packets of 2 samples missed
    traces = scope.traces()
    assert np.isnan(traces.low[:, 0]).sum() == 4
    assert scope.lost == pytest.approx(8 / 88)


def test_a_fast_armband_is_thinned_without_losing_its_peaks() -> None:
    spec = StreamSpec(2000, 4, limit=32768)
    scope = Scope("generic", {"emg": spec})
    assert scope.columns_hz == 100
    rows = np.zeros((20, 4), np.float32)
    rows[7, 2] = 999
    scope._draw(rows, 0)
    assert scope.traces().high[0, 2] == 999


def test_garbage_is_nothing() -> None:
    scope = Scope("myo", MYO)
    scope.feed([[1, "emg0", "ff"], [2, "nosuch", ""], [3, "emg1", "00" * 400]])
    assert scope.traces().low.shape == (0, 8)
    assert scope.lost == 0.0
