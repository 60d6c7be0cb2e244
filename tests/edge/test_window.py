"""Windows: every modality at its own rate, on one clock, however the samples come."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.chunk import Chunk
from myoedge.edge.condition import Conditioner
from myoedge.edge.modality import NS, Bound, bind, modality_from_json
from myoedge.edge.stream import StreamSpec
from myoedge.edge.window import STALE_NS, Window, Windower

Made = Callable[..., NDArray[np.float64]]
Cut = Callable[..., list[Chunk]]


def bounds(emg_hz: float = 200, emg: int = 8, imu_hz: float = 50) -> dict[str, Bound]:
    def one(name: str, rate_hz: float, channels: int, window_ms: float, **more: Any) -> Bound:
        row = {"window_ms": window_ms, **more}
        return bind(modality_from_json(name, row), StreamSpec(rate_hz, channels, limit=128))

    high = [{"kind": "high_pass", "hz": 20}]
    return {"emg": one("emg", emg_hz, emg, 200, filters=high), "imu": one("imu", imu_hz, 10, 500)}


def windows(chunks: Iterable[Chunk], bound: dict[str, Bound], max_gap_ms: float = 60) -> list[Window]:
    stop5 = {name: Conditioner(b, max_gap_ms, electrodes=name == "emg") for name, b in bound.items()}
    stop6 = Windower(bound, "emg", 50)
    return [window for chunk in chunks for window in stop6.feed(stop5[chunk.modality](chunk)[0])]


def both(counts: Made, chunks: Cut, seconds: float = 3, imu_until_s: float = 99) -> list[Chunk]:
    emg = chunks(counts("fist", round(200 * seconds)), 200)
    rows = round(50 * min(seconds, imu_until_s))
    imu = np.random.default_rng(4).normal(size=(rows, 10)) * 100
    return sorted([*emg, *chunks(imu, 50, (1,), "imu")], key=lambda c: c.arrival_ns)


def test_each_modality_has_its_own_rate_in_one_window(counts: Made, chunks: Cut) -> None:
    found = windows(both(counts, chunks), bounds())
    assert {(w.samples["emg"].shape, w.samples["imu"].shape) for w in found} == {((40, 8), (25, 10))}
    assert [w.absent for w in found[:6]] == [("imu",)] * 6  # half a second of IMU is not there yet
    assert all(w.absent == () for w in found[6:])


def test_a_window_every_hop_and_none_missing(counts: Made, chunks: Cut) -> None:
    found = windows(chunks(counts("fist", 2000), 200), bounds())
    assert len(found) == (2000 - 40) // 10 + 1
    assert set(np.diff([w.t_ns for w in found])) == {50_000_000}
    assert found[0].t_ns == 10 * NS + 39 * 5_000_000
    assert all(w.arrival_ns - w.t_ns == 1_000_000 for w in found)


def test_the_newest_imu_sample_is_no_newer_than_what_came(counts: Made, chunks: Cut) -> None:
    packets = both(counts, chunks)
    imu = np.concatenate([c.samples for c in packets if c.modality == "imu"]).astype(np.float32)
    for window in windows(packets, bounds())[10:]:
        newest = int(np.flatnonzero((imu == window.samples["imu"][-1]).all(axis=1))[0])
        assert 0 <= window.t_ns - (10 * NS + newest * 20_000_000) < 40_000_000


def test_sixteen_channels_at_two_kilohertz_go_the_same_way(counts: Made, chunks: Cut) -> None:
    raw = counts("fist", 4000, 16)
    bound = {"emg": bounds(2000, 16)["emg"]}
    found = windows(chunks(raw, 2000, (7, 20, 33)), bound)
    assert found[0].samples["emg"].shape == (400, 16)
    assert len(found) == (4000 - 400) // 100 + 1
    whole = windows(chunks(raw, 2000, (4000,)), bound)
    assert [w.samples["emg"].tobytes() for w in found] == [w.samples["emg"].tobytes() for w in whole]
    assert [w.t_ns for w in found] == [w.t_ns for w in whole]


def test_merged_packets_make_the_same_windows(counts: Made, chunks: Cut) -> None:
    raw = counts("open", 777)
    small = windows(chunks(raw, 200, (1,)), bounds())
    for sizes in ((2,), (3, 50), (500,), (777,)):
        merged = windows(chunks(raw, 200, sizes), bounds())
        assert [(w.t_ns, w.samples["emg"].tobytes()) for w in merged] == [
            (w.t_ns, w.samples["emg"].tobytes()) for w in small
        ]


def test_a_bridged_gap_is_the_windows_lost_share(counts: Made, chunks: Cut) -> None:
    packets = chunks(counts("fist", 400), 200)
    found = windows(
        [*packets[:100], replace(packets[106], lost=12), *packets[107:]], {"emg": bounds()["emg"]}
    )
    shares = [round(w.lost * 40) for w in found]
    assert len(found) == 37  # none is missing
    assert shares[:17] == [0] * 17  # sample 200 is the first that is lost
    assert shares[17:22] == [10, 12, 12, 12, 2]
    assert shares[22:] == [0] * 15


def test_a_longer_gap_begins_a_new_window(counts: Made, chunks: Cut) -> None:
    packets = chunks(counts("fist", 400), 200)
    found = windows([*packets[:100], replace(packets[110], lost=20), *packets[111:]], bounds())
    before = [w for w in found if w.t_ns < packets[100].t_ns]
    after = [w for w in found if w.t_ns >= packets[100].t_ns]
    assert len(before) == 17
    assert after[0].t_ns == packets[110].t_ns + 39 * 5_000_000
    assert all(w.lost == 0 for w in found)


def test_a_stale_second_modality_is_left_out(counts: Made, chunks: Cut) -> None:
    found = windows(both(counts, chunks, 3, imu_until_s=1.5), bounds())
    last_ns = 10 * NS + 74 * 20_000_000
    for window in found[8:]:
        gone = window.t_ns - last_ns > STALE_NS
        assert window.absent == (("imu",) if gone else ())
        assert window.samples["imu"].any() != gone


def test_a_masked_channel_is_zero_until_its_samples_have_left(counts: Made, chunks: Cut) -> None:
    raw = counts("fist", 800)
    raw[200:205, 2] = np.nan
    found = windows(chunks(raw, 200), {"emg": bounds()["emg"]})
    for window in found:
        assert (window.samples["emg"][:, 2] == 0).all() == bool(window.masked[2])
        assert not np.delete(window.masked, 2).any()
    masked_ns = [w.t_ns - 10 * NS for w in found if w.masked[2]]
    assert masked_ns[0] == 209 * 5_000_000
    assert 2.0 < masked_ns[-1] / NS < 2.7  # a second without a fault, and a window


def test_a_motion_sensor_may_lie_still(counts: Made, chunks: Cut) -> None:
    emg = chunks(counts("fist", 1000), 200)
    still = np.tile(np.arange(10.0) * 100, (250, 1))
    packets = sorted([*emg, *chunks(still, 50, (1,), "imu")], key=lambda c: c.arrival_ns)
    last = windows(packets, bounds())[-1]
    np.testing.assert_array_equal(last.samples["imu"][-1], still[0].astype(np.float32))


@pytest.mark.parametrize("back_s", [1, 100])
def test_time_going_back_begins_a_new_window(counts: Made, chunks: Cut, back_s: int) -> None:
    packets = chunks(counts("fist", 400), 200)
    moved = [*packets[:100], *(replace(p, t_ns=p.t_ns - back_s * NS) for p in packets[100:])]
    found = windows(moved, bounds())
    assert len(found) == 17 + 17
    assert found[17].t_ns == moved[100].t_ns + 39 * 5_000_000
