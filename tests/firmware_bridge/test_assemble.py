"""Assembler: what was lost, what came twice, and when each sample was taken."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from myoedge.edge.chunk import Chunk
from myoedge.firmware_bridge.assemble import Assembler
from myoedge.firmware_bridge.packet import Packet

RNG = np.random.default_rng(5)
ROUND_NS = 40_000_000
STEP_NS = 10_000_000


def emg(number: int) -> Packet:
    return Packet("emg", RNG.integers(-128, 128, (2, 8), dtype=np.int8), number % 4)


def imu() -> Packet:
    return Packet("imu", RNG.integers(-999, 999, (1, 10), dtype=np.int16))


def myo_emg(counters: Counter[str]) -> Assembler:
    return Assembler("emg", 200.0, 4, counters)


def play(assembler: Assembler, came: Any) -> list[Chunk]:
    pairs = zip(came.packet, came.arrival_ns, strict=True)
    chunks = [assembler(emg(int(n)), int(t)) for n, t in pairs]
    return [chunk for chunk in chunks if chunk is not None]


def steady(assembler: Assembler, numbers: range, late_ns: int = 0) -> list[Chunk]:
    chunks = [assembler(emg(n), 10**12 + n * STEP_NS + late_ns) for n in numbers]
    return [chunk for chunk in chunks if chunk is not None]


@pytest.mark.parametrize("loss", [0.0, 0.01, 0.05, 0.2])
@pytest.mark.parametrize("event_s", [0.0075, 0.03, 0.05])
def test_the_lost_are_counted_though_the_myo_has_no_counter(
    air: Callable[..., Any], loss: float, event_s: float
) -> None:
    came = air(event_s=event_s, loss=loss, stalls=0.001)
    counters: Counter[str] = Counter()
    chunks = play(myo_emg(counters), came)
    truth = 2 * (came.packet[-1] - came.packet[0] + 1 - len(came.packet))
    assert counters["lost_emg"] - counters["taken_back"] == pytest.approx(truth, abs=8)
    assert sum(chunk.lost for chunk in chunks) == counters["lost_emg"]
    assert counters["duplicates"] == 0


@pytest.mark.parametrize("loss", [0.0, 0.2])
def test_chunks_carry_the_time_of_their_first_sample(air: Callable[..., Any], loss: float) -> None:
    came = air(loss=loss, seconds=90.0)
    chunks = play(myo_emg(Counter()), came)
    first_ns = np.array([chunk.t_ns for chunk in chunks])
    error_ms = (first_ns - (came.truth_ns - 5_000_000))[2000:] / 1e6
    assert np.percentile(np.abs(error_ms - np.median(error_ms)), 95) < (2.0 if loss == 0 else 4.0)
    assert (np.diff(first_ns) > 0).all()


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_break_in_the_rotation_is_a_loss_at_once(missing: int) -> None:
    counters: Counter[str] = Counter()
    assembler = myo_emg(counters)
    steady(assembler, range(100))
    (chunk,) = steady(assembler, range(100 + missing, 101 + missing))
    assert chunk.lost == 2 * missing


def test_a_whole_round_lost_is_told_within_a_fifth_of_a_second() -> None:
    counters: Counter[str] = Counter()
    assembler = myo_emg(counters)
    steady(assembler, range(100))
    after = steady(assembler, range(104, 140))
    assert [chunk.lost for chunk in after].index(8) * STEP_NS <= 200_000_000
    assert counters["lost_emg"] == 8


def test_a_stall_that_catches_up_is_no_loss() -> None:
    counters: Counter[str] = Counter()
    assembler = myo_emg(counters)
    steady(assembler, range(100))
    released_ns = 10**12 + 135 * STEP_NS
    for n in range(100, 135):
        assembler(emg(n), released_ns + (n - 100) * 200_000)
    steady(assembler, range(136, 137))
    steady(assembler, range(137, 200))
    assert counters["lost_emg"] == 2


def test_after_a_silence_the_loss_fits_the_rotation_and_the_time() -> None:
    counters: Counter[str] = Counter()
    assembler = myo_emg(counters)
    steady(assembler, range(100))
    (chunk,) = steady(assembler, range(301, 302), late_ns=7_000_000)
    assert chunk.lost == 2 * 201


def test_after_a_reconnect_time_alone_counts_the_gap() -> None:
    counters: Counter[str] = Counter()
    assembler = myo_emg(counters)
    steady(assembler, range(100))
    assembler.relink()
    chunk = assembler(emg(0), 10**12 + 150 * STEP_NS)
    assert chunk is not None
    assert chunk.lost == 2 * 50
    assert steady(assembler, range(153, 154)) != []


def test_a_packet_that_comes_twice_is_dropped_and_counted() -> None:
    counters: Counter[str] = Counter()
    assembler = myo_emg(counters)
    steady(assembler, range(100))
    packet = emg(100)
    assert assembler(packet, 10**12 + 100 * STEP_NS) is not None
    assert assembler(packet, 10**12 + 100 * STEP_NS + 50_000) is None
    assert counters["duplicates"] == 1
    assert counters["lost_emg"] == 0


def test_a_twin_of_an_unnumbered_packet_is_dropped_but_a_still_arm_is_not() -> None:
    counters: Counter[str] = Counter()
    assembler = Assembler("imu", 50.0, 1, counters)
    still = imu()
    for n in range(100):
        assert assembler(still, 10**12 + n * 2 * STEP_NS) is not None
    assert assembler(still, 10**12 + 99 * 2 * STEP_NS + 90_000) is None
    assert counters["duplicates"] == 1


def test_an_unnumbered_loss_is_seen_at_once_beside_a_punctual_companion() -> None:
    counters: Counter[str] = Counter()
    leader = myo_emg(counters)
    assembler = Assembler("imu", 50.0, 1, counters, leader)
    lost = []
    for n in range(200):
        leader(emg(n), 10**12 + n * STEP_NS)
        if n % 2 == 0 and n not in (100, 102):
            chunk = assembler(imu(), 10**12 + n * STEP_NS + 300_000)
            assert chunk is not None
            lost.append((n, chunk.lost))
    assert [pair for pair in lost if pair[1]] == [(104, 2)]


def test_a_stall_of_the_link_is_no_loss_of_the_unnumbered_that_come_first() -> None:
    counters: Counter[str] = Counter()
    leader = myo_emg(counters)
    assembler = Assembler("imu", 50.0, 1, counters, leader)
    for n in range(200):
        t_ns = 10**12 + n * STEP_NS
        if 100 <= n < 125:  # held back, then released in a burst, the unnumbered ones first
            t_ns = 10**12 + 125 * STEP_NS + n * 100_000
        if n % 2 == 0:
            assembler(imu(), t_ns)
        leader(emg(n), t_ns + 50_000)
    assert counters["lost_imu"] == counters["lost_emg"] == 0


def test_an_unnumbered_loss_without_companion_is_counted_from_time(air: Callable[..., Any]) -> None:
    counters: Counter[str] = Counter()
    assembler = Assembler("imu", 50.0, 1, counters)
    came = air(rate_hz=50.0, rows=1, loss=0.02, stalls=0.001)
    for t in came.arrival_ns:
        assembler(imu(), int(t))
    truth = came.packet[-1] - came.packet[0] + 1 - len(came.packet)
    assert counters["lost_imu"] - counters["taken_back"] == pytest.approx(truth, abs=2)


def numbered(counters: Counter[str]) -> Callable[[int, float], Chunk | None]:
    assembler = Assembler("emg", 2000.0, 1 << 16, counters)

    def feed(number: int, t_s: float) -> Chunk | None:
        samples = RNG.integers(-99, 99, (14, 8), dtype=np.int16)
        return assembler(Packet("emg", samples, number % (1 << 16)), 10**12 + round(t_s * 1e9))

    return feed


def test_numbered_packets_say_what_is_lost_over_the_wrap_of_the_counter() -> None:
    counters: Counter[str] = Counter()
    feed = numbered(counters)
    numbers = [n for n in range(65500, 65600) if n % 10]
    for n in numbers:
        assert feed(n, n * 0.007) is not None
    assert counters["lost_emg"] == 14 * (numbers[-1] - numbers[0] + 1 - len(numbers))


def test_an_old_number_is_a_duplicate() -> None:
    counters: Counter[str] = Counter()
    feed = numbered(counters)
    for n in range(50):
        feed(n, n * 0.007)
    assert feed(49, 0.345) is None
    assert feed(47, 0.346) is None
    assert counters["duplicates"] == 2


def test_an_armband_that_counts_from_zero_again_is_believed() -> None:
    counters: Counter[str] = Counter()
    feed = numbered(counters)
    for n in range(1000, 1100):
        feed(n, n * 0.007)
    came = [feed(n, (1100 + n) * 0.007) for n in range(20)]
    assert came[-1] is not None
    assert counters["restarts"] == 1
    assert counters["lost_emg"] == pytest.approx(7 * 14, abs=14)


def test_a_leap_of_the_number_that_no_time_allows_is_a_restart() -> None:
    counters: Counter[str] = Counter()
    feed = numbered(counters)
    for n in range(100):
        feed(n, n * 0.007)
    chunk = feed(20_000, 100 * 0.007)
    assert chunk is not None
    assert chunk.lost < 28
