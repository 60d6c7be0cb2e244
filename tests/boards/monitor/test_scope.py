import numpy as np
import pytest

from myoedge.boards.monitor.motion import axes_of
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


def movement(count: int, number: int = 0) -> list[list[object]]:
    """A Myo's IMU: at rest but for x: 1 g, and 100 degrees a second back."""
    data = np.array([16384, 0, 0, 0, 2048, 0, 1024, -1600, 0, 0], "<i2").tobytes()
    return [[10**12 + (number + n) * 20_000_000, "imu", data.hex()] for n in range(count)]


def merged(*parts: list[list[object]]) -> list[list[object]]:
    return sorted((row for part in parts for row in part), key=lambda row: int(str(row[0])))


def test_movement_is_drawn_in_its_own_units_and_without_the_orientation() -> None:
    scope = Scope("myo", MYO)
    assert [axis.name for axis in scope.axes][::3] == ["acceleration x", "rotation x"]
    scope.feed(merged(packets(40), movement(20)))
    motion = scope.motion()
    assert motion.low.shape == motion.high.shape == (20, 6)
    assert (motion.low == np.array([1, 0, 0.5, -100, 0, 0], np.float32)).all()
    assert scope.moved.tolist() == [1, 0, 0.5, -100, 0, 0]


def test_an_imu_that_ceases_moves_nothing() -> None:
    scope = Scope("myo", MYO)
    scope.feed(merged(packets(40), movement(20)))
    scope.feed(packets(60, 40))
    assert scope.moved.tolist() == []


def test_an_armband_without_an_imu_has_no_axes_and_an_unknown_ones_are_numbered() -> None:
    assert Scope("myo", {"emg": MYO["emg"]}).axes == ()
    assert [axis.name for axis in axes_of("other", {"imu": StreamSpec(50, 2)})] == ["column 0", "column 1"]


def test_garbage_is_nothing() -> None:
    scope = Scope("myo", MYO)
    scope.feed([[1, "emg0", "ff"], [2, "nosuch", ""], [3, "emg1", "00" * 400]])
    assert scope.traces().low.shape == (0, 8)
    assert scope.lost == 0.0
