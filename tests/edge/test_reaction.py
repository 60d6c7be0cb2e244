"""Reaction: which event counts for which movement, and when packets arrive."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from myoedge.edge.bundle import Bundle
from myoedge.edge.event import Event
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import Profile
from myoedge.edge.reaction import INTERVAL_NS, Onset, Reactions, percentiles, played
from myoedge.edge.stream import StreamSpec

MS = 1_000_000


def said(at_ms: float, label: str, phase: str = "start") -> Event:
    return Event("gesture", label, phase, emitted_ns=round(at_ms * MS))


def judged(onsets: list[tuple[float, str]], *events: Event, rests: Any = ()) -> dict[str, Any]:
    reactions = Reactions()
    reactions.add([Onset(round(at * MS), label) for at, label in onsets], events, rests)
    return reactions.to_json()


def test_the_first_start_and_the_right_one_are_told_apart() -> None:
    row = judged([(1000, "fist")], said(1080, "open"), said(1150, "open", "end"), said(1150, "fist"))
    assert (row["first_start_ms"]["p50"], row["right_start_ms"]["p50"]) == (80.0, 150.0)
    assert (row["onsets"], row["started"], row["started_right"], row["first_wrong"]) == (1, 1, 1, 1)


def test_a_start_before_the_movement_or_long_after_it_belongs_to_none() -> None:
    row = judged([(1000, "fist")], said(990, "fist"), said(995, "fist", "end"), said(2001, "fist"))
    assert (row["started"], row["held_before"], row["first_start_ms"]) == (0, 0, {})


def test_a_gesture_that_was_on_before_its_onset_is_told() -> None:
    assert judged([(1000, "fist")], said(900, "fist"))["held_before"] == 1


def test_a_release_counts_until_nothing_is_held_any_more() -> None:
    row = judged(
        [(1000, "fist"), (2000, "rest")],
        said(1100, "fist"), said(2050, "fist", "end"), said(2050, "open"), said(2200, "open", "end"),
    )  # fmt: skip
    assert (row["releases"], row["released"], row["starts_in_release"]) == (1, 1, 1)
    assert row["release_ms"]["p50"] == 200.0


def test_a_release_of_nothing_is_none() -> None:
    assert "releases" not in judged([(1000, "rest")])


def test_starts_in_certain_rest_are_counted() -> None:
    row = judged([], said(500, "fist"), said(600, "fist", "end"), said(1500, "fist"), rests=[(0, 1000 * MS)])
    assert (row["starts_in_rest"], row["rest_s"]) == (1, 1.0)


def test_percentiles_of_nothing_are_nothing() -> None:
    assert percentiles([]) == {}
    assert percentiles([1.0, 3.0]) == {"p50": 2.0, "p95": 2.9, "max": 3.0}


def test_what_is_played_arrives_after_it_was_sampled_and_within_an_interval(
    classic: Bundle, myo: dict[str, StreamSpec], anna: Profile, counts: Callable[..., Any]
) -> None:
    samples = np.concatenate([counts("rest", 400), counts("fist", 200), counts("rest", 200)]).astype(np.int16)
    emg = {"emg": myo["emg"]}
    events = played(Pipeline(classic, None, anna, emg, hop_ms=25), samples, 200.0)
    assert [(e.label, e.phase) for e in events] == [("fist", "start"), ("fist", "end")]
    for event in events:
        assert event.emitted_ns == event.arrival_ns
        assert 5 * MS <= event.emitted_ns - event.t_ns <= 10 * MS + INTERVAL_NS
    assert 0 < events[0].emitted_ns - 2000 * MS < 250 * MS
    again = played(Pipeline(classic, None, anna, emg, hop_ms=25), samples, 200.0)
    assert again == events


@pytest.mark.parametrize("rows", [0, 1])
def test_less_than_a_packet_gives_nothing(
    rows: int, classic: Bundle, myo: dict[str, StreamSpec], anna: Profile
) -> None:
    pipeline = Pipeline(classic, None, anna, {"emg": myo["emg"]})
    assert played(pipeline, np.zeros((rows, 8), np.int16), 200.0) == []
