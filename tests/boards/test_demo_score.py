from typing import Any

import pytest

from myoedge.boards.demo_score import Decisions, Moment, judge, table
from myoedge.edge.event import Event

MS = 1_000_000
STAMPS = {"chunk": 1 * MS, "signal": 2 * MS, "window": 4 * MS, "engine": 7 * MS, "decision": 11 * MS}
STATUS: dict[str, Any] = {
    "counters": {"chunks": 9, "lost_samples": 20, "deadline_missed": 3, "late_windows_dropped": 1},
    "link": {"samples_emg": 60, "samples_imu": 20, "packets": 5},
    "budget_ms": 150.0, "deadline_ms": 5.0, "bundle": "classic", "engine": None,
}  # fmt: skip


def decided(at_ms: int, label: str, score: float = 0.9, phase: str = "hold") -> Event:
    t_ns = at_ms * MS
    return Event("gesture", label, phase, 0, score, 0.5, t_ns, t_ns + MS, t_ns + 13 * MS, STAMPS)


def judged(truth: list[Moment], *events: Event) -> dict[str, Any]:
    decisions = Decisions()
    for event in events:
        decisions(event)
    return judge(truth, decisions, STATUS)


FIST = [Moment(0, "rest"), Moment(1000 * MS, "fist"), Moment(2000 * MS, None)]


def test_decisions_near_a_change_or_without_a_truth_are_not_judged() -> None:
    row = judged(FIST, decided(1499, "rest"), decided(1500, "fist"), decided(2500, "rest"))
    assert (row["decisions"], row["judged"], row["accuracy"]) == (3, 1, 1.0)


def test_accuracy_is_told_by_gesture() -> None:
    row = judged(FIST, decided(500, "rest"), decided(1500, "fist"), decided(1600, "rest"))
    assert row["by_gesture"] == {
        "fist": {"accuracy": 0.5, "judged": 2},
        "rest": {"accuracy": 1.0, "judged": 1},
    }


def test_a_repetition_is_what_its_scores_say_together() -> None:
    split = decided(1500, "fist", 0.9), decided(1600, "pinch", 0.4), decided(1700, "pinch", 0.4)
    assert judged(FIST, *split)["repetitions"] == {"right": 1, "of": 1}
    assert judged(FIST, *split, decided(1800, "pinch", 0.4))["repetitions"] == {"right": 0, "of": 1}


def test_rejected_windows_do_not_outvote_a_gesture() -> None:
    windows = [decided(1500 + 50 * n, "rest", 0.9) for n in range(5)]
    assert judged(FIST, *windows, decided(1800, "fist", 0.3))["repetitions"] == {"right": 1, "of": 1}
    assert judged(FIST, *windows)["repetitions"] == {"right": 0, "of": 1}


def test_reaction_is_from_the_movement_to_its_own_start_event() -> None:
    row = judged(FIST, decided(1100, "pinch", phase="start"), decided(1200, "fist", phase="start"))
    assert row["reaction_ms"]["p50"] == pytest.approx(213)


def test_latency_is_told_by_stop() -> None:
    ms = judged(FIST, decided(1500, "fist"))["ms"]
    assert {name: one["p50"] for name, one in ms.items()} == {
        "condition": 1, "window": 2, "engine": 3, "decide": 4, "arrival_to_event": 12, "sample_to_event": 13
    }  # fmt: skip


def test_loss_is_a_share_of_all_samples() -> None:
    assert judged(FIST, decided(1500, "fist"))["lost_share"] == pytest.approx(0.2)


def test_the_table_is_short_and_says_when_nothing_was_decided() -> None:
    lines = table(judged(FIST, decided(1500, "fist", phase="start"))).splitlines()
    assert len(lines) < 25 and max(map(len, lines)) <= 80
    assert "no decision" in table(judged(FIST))
