"""The whole device without a clock: chunks in, events out."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import MismatchError
from myoedge.edge.event import Event
from myoedge.edge.modality import NS
from myoedge.edge.pipeline import REST_NS, SILENT_NS, Pipeline
from myoedge.edge.profile import Profile
from myoedge.edge.stream import StreamSpec

Made = Callable[..., NDArray[np.float64]]
Cut = Callable[..., list[Chunk]]
Specs = dict[str, StreamSpec]

IMU = {"rate_hz": 50, "channels": 10, "window_ms": 500, "required": False}


def session(counts: Made) -> NDArray[np.float64]:
    """Rest and each gesture for two seconds, (time, channel) at 200 Hz."""
    return np.concatenate([counts(label, 400, seed=8) for label in ("rest", "fist", "rest", "open", "rest")])


def events(pipeline: Pipeline, chunks: Iterable[Chunk]) -> list[Event]:
    return [event for chunk in chunks for event in pipeline.feed(chunk)]


def lines(found: list[Event]) -> str:
    return "\n".join(event.to_json() for event in found)


def split(chunk: Chunk, at: int, period_ns: int) -> list[Chunk]:
    """One packet as two chunks: both arrived when it did, and the loss came before the first."""
    rest = chunk.t_ns + at * period_ns
    return [
        replace(chunk, samples=chunk.samples[:at]),
        replace(chunk, samples=chunk.samples[at:], t_ns=rest, lost=0),
    ]


def test_each_gesture_starts_and_ends(
    anna: Profile, classic: Bundle, myo: Specs, counts: Made, chunks: Cut
) -> None:
    found = events(Pipeline(classic, None, anna, myo), chunks(session(counts), 200))
    assert [f"{e.label} {e.phase}" for e in found] == ["fist start", "fist end", "open start", "open end"]
    starts = [e for e in found if e.phase == "start"]
    for event, begun_s in zip(starts, (2, 6), strict=True):
        truth_ns = 10 * NS + begun_s * NS
        assert 0 < event.t_ns - truth_ns <= 200_000_000
        assert event.onset_ns is not None and abs(event.onset_ns - truth_ns) <= 25_000_000
        assert (event.arrival_ns, event.profile, event.bundle) == (
            event.t_ns + 1_000_000,
            "anna",
            classic.short_digest,
        )
        assert event.level is not None and 0 < event.level <= 1


@pytest.mark.parametrize("seed", range(4))
def test_cutting_packets_smaller_keeps_every_byte_of_every_event(
    make_bundle: Callable[..., Bundle],
    profile_of: Callable[..., Profile],
    counts: Made,
    chunks: Cut,
    seed: int,
) -> None:
    emg = {"window_ms": 200, "filters": [{"kind": "high_pass", "hz": 20}]}
    bundle = make_bundle(modalities={"emg": emg, "imu": IMU})
    specs = {"emg": StreamSpec(200, 8, limit=128), "imu": StreamSpec(50, 10)}
    anna = profile_of(bundle, specs)
    raw = session(counts)
    raw[700:900, 1] = np.nan
    raw[100:500, 5] = 4.0
    packets = chunks(raw, 200, (10,))
    packets[60] = replace(packets[60], lost=7, t_ns=packets[60].t_ns + 35_000_000)
    packets[120:140] = []
    packets[120] = replace(packets[120], lost=200)
    imu = chunks(np.random.default_rng(1).normal(size=(500, 10)), 50, (5,), "imu")
    merged = sorted([*packets, *imu], key=lambda c: c.arrival_ns)
    period = {"emg": 5_000_000, "imu": 20_000_000}
    rng, pieces = np.random.default_rng(seed), list[Chunk]()
    for chunk in merged:
        at = int(rng.integers(0, len(chunk.samples) + 1))
        pieces += split(chunk, at, period[chunk.modality])
    whole = events(Pipeline(bundle, None, anna, specs, every=True), merged)
    parts = events(Pipeline(bundle, None, anna, specs, every=True), pieces)
    assert lines(parts) == lines(whole)
    assert {e.kind for e in whole} == {"gesture", "quality", "status"}


def test_merged_packets_give_the_same_events_but_for_their_arrival(
    anna: Profile, classic: Bundle, myo: Specs, counts: Made, chunks: Cut
) -> None:
    raw = session(counts)
    small, large = (
        events(Pipeline(classic, None, anna, myo, every=True), chunks(raw, 200, n)) for n in ((2,), (20, 30))
    )
    assert lines([replace(e, arrival_ns=0) for e in small]) == lines(
        [replace(e, arrival_ns=0) for e in large]
    )


@pytest.mark.parametrize("fault", [np.nan, 0.0, 127.0])
def test_a_bad_channel_is_said_and_no_decision_is_missed(
    anna: Profile, classic: Bundle, myo: Specs, counts: Made, chunks: Cut, fault: float
) -> None:
    raw = counts("fist", 2000, seed=5)
    raw[600:1200, 6] = fault
    found = events(Pipeline(classic, None, anna, myo, every=True), chunks(raw, 200))
    quality = [(e.label, e.detail["channel"]) for e in found if e.kind == "quality"]
    state = "nan" if np.isnan(fault) else "clipped" if fault else "flat"
    assert quality == ([(state, 6), ("normal", 6)])
    decided = [e for e in found if e.kind == "gesture"]
    assert len({e.t_ns for e in decided if e.phase != "end"}) == (2000 - 40) // 10 + 1
    masked = [e for e in decided if 10 * NS + 900 * 5_000_000 < e.t_ns < 10 * NS + 1200 * 5_000_000]
    assert {e.label for e in masked} == {"fist"}  # seven channels are enough


def test_all_channels_bad_is_rest(
    anna: Profile, classic: Bundle, myo: Specs, counts: Made, chunks: Cut
) -> None:
    raw = counts("fist", 1200)
    raw[400:] = np.nan
    found = events(Pipeline(classic, None, anna, myo, every=True), chunks(raw, 200))
    after = [
        e.label for e in found if e.kind == "gesture" and e.phase == "hold" and e.t_ns > 10 * NS + 2 * NS
    ]
    assert after == ["rest"] * len(after) and len(after) == 80
    assert [e.label for e in found if e.phase == "end"] == ["fist"]


def test_silence_is_said_then_rest_and_it_resumes_by_itself(
    anna: Profile, classic: Bundle, myo: Specs, counts: Made, chunks: Cut
) -> None:
    packets = chunks(counts("fist", 800), 200)
    pipeline = Pipeline(classic, None, anna, myo)
    before = events(pipeline, packets[:200])
    last_ns = packets[199].arrival_ns
    assert pipeline.silent_due_ns == last_ns + SILENT_NS <= last_ns + 250_000_000
    assert pipeline.tick(last_ns + SILENT_NS - 1) == []
    silent = pipeline.tick(last_ns + SILENT_NS)
    rest = pipeline.tick(last_ns + REST_NS)
    assert [e.label for e in before] == ["fist"]
    assert [(e.kind, e.label) for e in silent] == [("status", "silent")]
    assert [(e.kind, e.label, e.phase) for e in rest] == [
        ("gesture", "fist", "end"),
        ("status", "rest", None),
    ]
    assert rest[-1].t_ns - last_ns <= 500_000_000
    assert pipeline.tick(last_ns + 100 * NS) == []
    assert pipeline.silent_due_ns is None
    later = [replace(p, t_ns=p.t_ns + 5 * NS, arrival_ns=p.arrival_ns + 5 * NS) for p in packets[200:]]
    after = events(pipeline, [replace(later[0], lost=1000), *later[1:]])
    assert [(e.kind, e.label, e.phase) for e in after] == [
        ("status", "resumed", None),
        ("gesture", "fist", "start"),
    ]


def test_a_second_modality_alone_does_not_hide_silence(
    make_bundle: Callable[..., Bundle], profile_of: Callable[..., Profile], counts: Made, chunks: Cut
) -> None:
    bundle = make_bundle(modalities={"emg": {"window_ms": 200}, "imu": IMU})
    specs = {"emg": StreamSpec(200, 8), "imu": StreamSpec(50, 10)}
    pipeline = Pipeline(bundle, None, profile_of(bundle, specs), specs)
    imu = chunks(np.zeros((200, 10)), 50, (1,), "imu", 12 * NS)
    found = events(pipeline, [*chunks(counts("fist", 400), 200), *imu])
    assert [e.label for e in found if e.kind == "status"] == ["silent", "rest"]


def test_a_broken_value_of_a_second_modality_is_said_by_name(
    make_bundle: Callable[..., Bundle], profile_of: Callable[..., Profile], chunks: Cut
) -> None:
    bundle = make_bundle(modalities={"emg": {"window_ms": 200}, "imu": IMU})
    specs = {"emg": StreamSpec(200, 8), "imu": StreamSpec(50, 10)}
    still = np.ones((200, 10))
    still[50, 4] = np.nan
    found = events(Pipeline(bundle, None, profile_of(bundle, specs), specs), chunks(still, 50, (1,), "imu"))
    where = {"modality": "imu", "channel": 4}
    assert [(e.label, e.detail) for e in found] == [("nan", where), ("normal", where)]


def test_chunks_without_samples_are_silence(
    anna: Profile, classic: Bundle, myo: Specs, counts: Made, chunks: Cut
) -> None:
    packets = chunks(counts("fist", 400), 200)
    empty = [replace(p, samples=p.samples[:0], arrival_ns=p.arrival_ns + 2 * NS) for p in packets]
    found = events(Pipeline(classic, None, anna, myo), [*packets, *empty])
    assert [e.label for e in found if e.kind == "status"] == ["silent", "rest"]


def test_sixteen_channels_at_two_kilohertz_go_the_same_way(
    classic: Bundle, profile_of: Callable[..., Profile], counts: Made, chunks: Cut
) -> None:
    specs = {"emg": StreamSpec(2000, 16, limit=128)}
    raw = np.concatenate([counts(label, 4000, 16, seed=2) for label in ("rest", "fist", "rest")])
    pipeline = Pipeline(classic, None, profile_of(classic, specs), specs)
    found = events(pipeline, chunks(raw, 2000, (20,)))
    assert [f"{e.label} {e.phase}" for e in found] == ["fist start", "fist end"]


def test_a_modality_that_the_bundle_does_not_know_is_left_alone(
    anna: Profile, classic: Bundle, myo: Specs, chunks: Cut
) -> None:
    pipeline = Pipeline(classic, None, anna, {**myo, "imu": StreamSpec(50, 10)})
    assert events(pipeline, chunks(np.zeros((50, 10)), 50, (1,), "imu")) == []


REFUSED: list[tuple[dict[str, Any], Specs, str]] = [
    ({}, {"imu": StreamSpec(50, 10)}, "needs emg"),
    ({}, {}, "the armband gives nothing"),
    ({}, {"emg": StreamSpec(200, 8)}, "myoedge calibrate"),
]


@pytest.mark.parametrize(("changes", "specs", "why"), REFUSED)
def test_an_armband_that_does_not_fit_is_refused(
    make_bundle: Callable[..., Bundle], changes: dict[str, Any], specs: Specs, why: str
) -> None:
    with pytest.raises(MismatchError, match=why):
        Pipeline(make_bundle(**changes), None, None, specs)
