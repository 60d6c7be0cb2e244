import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from myoedge.edge.chunk import Chunk
from myoedge.edge.gather import Gatherer

PERIODS_NS = {"emg": 5_000_000, "imu": 20_000_000}


def gatherer(rows_due: int = 10) -> Gatherer:
    return Gatherer("emg", lambda: rows_due, PERIODS_NS)


def emg(at: int, rows: int = 2, lost: int = 0) -> Chunk:
    samples = np.arange(at, at + rows, dtype=np.int16)[:, None]
    start_ns = at * PERIODS_NS["emg"]
    return Chunk("emg", samples, start_ns, start_ns + rows * PERIODS_NS["emg"], lost)


def imu(at: int) -> Chunk:
    start_ns = at * PERIODS_NS["imu"]
    return Chunk("imu", np.full((1, 3), at, np.int16), start_ns, start_ns)


def test_chunks_wait_until_a_window_is_due() -> None:
    gather = gatherer()
    assert [gather.feed(emg(at)) for at in (0, 2, 4, 6)] == [[], [], [], []]
    (joined,) = gather.feed(emg(8))
    assert joined.samples[:, 0].tolist() == list(range(10))
    assert (joined.t_ns, joined.arrival_ns, joined.lost) == (0, 50_000_000, 0)


def test_the_clock_modality_comes_last_so_that_its_window_sees_the_others() -> None:
    gather = gatherer()
    gather.feed(emg(0))
    gather.feed(imu(0))
    assert [c.modality for c in gather.feed(emg(2, rows=8))] == ["imu", "emg"]


def test_another_modality_is_not_left_for_the_moment_of_decision() -> None:
    gather = gatherer()
    assert gather.feed(imu(0)) == []
    (joined,) = gather.feed(imu(1))
    assert len(joined.samples) == 2 and gather.flush() == []


def test_lost_samples_count_and_stay_before_their_chunk() -> None:
    gather = gatherer()
    gather.feed(emg(0))
    before, after = gather.feed(emg(8, lost=6))
    assert (len(before.samples), before.lost) == (2, 0)
    assert (len(after.samples), after.lost) == (2, 6)


def test_a_jump_in_time_is_not_joined_over() -> None:
    gather = gatherer()
    gather.feed(emg(0))
    before, after = gather.feed(emg(100))
    assert (before.t_ns, after.t_ns) == (0, 500_000_000)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 7), st.integers(0, 3)), min_size=1, max_size=40), st.integers(1, 30))
def test_every_sample_comes_out_once_and_in_order(cuts: list[tuple[int, int]], rows_due: int) -> None:
    gather = gatherer(rows_due)
    given_rows: list[int] = []
    lost = at = 0
    out: list[Chunk] = []
    for rows, missing in cuts:
        at += missing
        out += gather.feed(emg(at, rows, missing))
        given_rows += range(at, at + rows)
        at, lost = at + rows, lost + missing
    out += gather.flush()
    assert [int(x) for chunk in out for x in chunk.samples[:, 0]] == given_rows
    assert sum(chunk.lost for chunk in out) == lost
