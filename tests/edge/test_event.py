"""Events: every field of the contract, and a gesture's life from start to end."""

import json
from collections.abc import Sequence

from myoedge.edge.decide import Decision
from myoedge.edge.event import Announcer, Event, utc_of

CONTRACT = {
    "v", "kind", "seq", "label", "phase", "score", "t_ns", "arrival_ns", "emitted_ns", "stamps", "onset_ns",
    "armband", "utc", "lost", "deadline_missed", "bundle", "profile",
}  # fmt: skip


def decided(label: str, t_ns: int = 0) -> Decision:
    return Decision(label, 0.9, label, label == "rest", 0.5, t_ns)


def said(announcer: Announcer, labels: Sequence[str]) -> list[list[str]]:
    return [[f"{e.label} {e.phase}" for e in announcer(decided(label), None, 5, 0.0)] for label in labels]


def test_every_kind_of_event_has_every_field_of_the_contract() -> None:
    for event in (
        Event("gesture", "fist", "start"),
        Event("quality", "nan", None),
        Event("status", "rest", None),
    ):
        line = event.to_json()
        assert "\n" not in line
        assert set(json.loads(line)) == CONTRACT
    gesture = Event("gesture", "fist", "start", level=0.25, detail={"channel": 3})
    assert set(json.loads(gesture.to_json())) == CONTRACT | {"level", "detail"}


def test_a_label_in_any_script_stays_one_readable_line() -> None:
    line = Event("semantic", "Schlüssel\n drehen 🔑", "start").to_json()
    assert "\n" not in line and "Schlüssel" in line and "🔑" in line
    assert json.loads(line)["label"] == "Schlüssel\n drehen 🔑"


def test_a_gesture_starts_and_ends_once() -> None:
    assert said(Announcer("digest", "anna"), ["rest", "fist", "fist", "rest", "rest"]) == [
        [],
        ["fist start"],
        [],
        ["fist end"],
        [],
    ]


def test_one_gesture_ends_before_the_next_starts() -> None:
    assert said(Announcer("digest", "anna"), ["fist", "open"]) == [["fist start"], ["fist end", "open start"]]


def test_with_every_each_decision_is_written() -> None:
    found = said(Announcer("digest", "anna", every=True), ["rest", "fist", "fist", "open", "rest"])
    assert found == [
        ["rest hold"],
        ["fist start"],
        ["fist hold"],
        ["fist end", "open start"],
        ["open end", "rest hold"],
    ]


def test_a_release_ends_what_is_held_once() -> None:
    announcer = Announcer("digest", "anna")
    announcer(decided("fist"), None, 5, 0.0)
    assert [(e.label, e.phase, e.t_ns) for e in announcer.release(7, 7)] == [("fist", "end", 7)]
    assert announcer.release(8, 8) == []


def test_monotonic_time_becomes_utc() -> None:
    assert utc_of(1_500_000_000, 10**18 - 10**9) == "2001-09-09T01:46:40.500+00:00"
