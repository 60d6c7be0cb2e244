"""What a demo run is judged by: decisions against the truth of who moved, latency against the budget, loss."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from myoedge.edge.event import Event

SETTLE_NS = 300_000_000  # after a change of gesture: what the window still holds of the one before
STOPS = (("condition", "chunk", "signal"), ("window", "signal", "window"), ("engine", "window", "engine"),
         ("decide", "engine", "decision"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """From `t_ns` on the wearer did this; None: nobody knows, not judged."""

    t_ns: int
    label: str | None


class Decisions:
    """A sink that keeps every decision (the run must be asked for each)."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.starts: list[Event] = []
        self.others: list[Event] = []

    def __call__(self, event: Event) -> None:
        if event.kind != "gesture":
            self.others.append(event)
        elif event.phase != "end":
            self.events.append(event)
            if event.phase == "start":
                self.starts.append(event)


def judge(truth: Sequence[Moment], decisions: Decisions, status: Mapping[str, Any]) -> dict[str, Any]:
    """The demo's result as one JSON object."""
    judged = _right(truth, decisions.events)
    latency = [(e.emitted_ns - e.arrival_ns) / 1e6 for e in decisions.events]
    counters = status["counters"]
    total = counters["chunks"] and sum(n for k, n in status["link"].items() if k.startswith("samples_"))
    return {
        "decisions": len(decisions.events),
        "judged": len(judged),
        "accuracy": float(np.mean([e.label == label for e, label in judged])) if judged else None,
        "by_gesture": _by_gesture(judged),
        "reaction_ms": _reaction(truth, decisions.starts),
        "ms": {
            "arrival_to_event": _spread(latency),
            **{name: _spread(_stage(decisions.events, a, b)) for name, a, b in STOPS},
            "sample_to_event": _spread([(e.emitted_ns - e.t_ns) / 1e6 for e in decisions.events]),
        },
        "budget_ms": status["budget_ms"],
        "deadline_ms": status["deadline_ms"],
        "deadline_missed": counters["deadline_missed"],
        "late_windows_dropped": counters["late_windows_dropped"],
        "lost_share": counters["lost_samples"] / max(1, total + counters["lost_samples"]),
        "bundle": status["bundle"],
        "engine": status["engine"],
        "quality": dict(Counter(e.label for e in decisions.others if e.kind == "quality")),
    }


def _right(truth: Sequence[Moment], events: Sequence[Event]) -> list[tuple[Event, str]]:
    """Each settled decision beside what was true then."""
    times = np.array([m.t_ns for m in truth], np.int64)
    out = []
    for event in events:
        at = int(np.searchsorted(times, event.t_ns, "right")) - 1
        if at < 0 or event.t_ns - times[at] < SETTLE_NS:
            continue
        label = truth[at].label
        if label is not None:
            out.append((event, label))
    return out


def _by_gesture(judged: Sequence[tuple[Event, str]]) -> dict[str, float]:
    labels = sorted({label for _, label in judged})
    return {label: float(np.mean([e.label == label for e, truth in judged if truth == label])) for label in labels}


def _reaction(truth: Sequence[Moment], starts: Sequence[Event]) -> dict[str, float]:
    """From each movement's onset to its `start` event, where it came within a second."""
    delays = []
    for moment in truth:
        hits = [e for e in starts if e.label == moment.label and 0 <= e.emitted_ns - moment.t_ns < 1e9]
        if hits and moment.label != "rest":
            delays.append((hits[0].emitted_ns - moment.t_ns) / 1e6)
    return _spread(delays)


def _stage(events: Sequence[Event], before: str, after: str) -> list[float]:
    return [(e.stamps[after] - e.stamps[before]) / 1e6 for e in events if after in e.stamps]


def _spread(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    p50, p95, p99 = np.percentile(values, (50, 95, 99))
    return {"p50": float(p50), "p95": float(p95), "p99": float(p99)}


def table(row: Mapping[str, Any]) -> str:
    """The short table a demo ends with."""
    accuracy = "-" if row["accuracy"] is None else f"{100 * row['accuracy']:.1f} %"
    lines = [
        f"decisions     {row['decisions']}  ({row['judged']} judged, changes of gesture apart)",
        f"right         {accuracy}",
    ]
    lines += [f"  {name:<20}{100 * share:5.1f} %" for name, share in row["by_gesture"].items()]
    if row["reaction_ms"]:
        reaction = row["reaction_ms"]
        lines.append(f"movement to start event   p50 {reaction['p50']:.0f} ms, p95 {reaction['p95']:.0f} ms "
                     f"(allowed {row['budget_ms']:g})")  # fmt: skip
    lines.append(f"{'latency, ms':<26}{'p50':>8}{'p95':>8}{'p99':>8}")
    for name, ms in row["ms"].items():
        lines.append(f"  {name.replace('_', ' '):<24}{ms['p50']:8.2f}{ms['p95']:8.2f}{ms['p99']:8.2f}")
    lines.append(f"  deadline {row['deadline_ms']:.1f} ms (sample to event), missed {row['deadline_missed']} times")
    lines.append(f"lost samples  {100 * row['lost_share']:.2f} %; bundle {row['bundle']} on {row['engine'] or 'no engine'}")
    return "\n".join(lines)
