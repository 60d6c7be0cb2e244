"""What a demo is judged by: decisions against the truth of who moved, latency against the budget, loss."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from myoedge.edge.event import Event

# After a change: a muscle takes 0.3 to 0.4 s to fall silent, and the window holds what was before.
SETTLE_NS = 500_000_000
STOPS = (
    ("condition", "chunk", "signal"),
    ("window", "signal", "window"),
    ("engine", "window", "engine"),
    ("decide", "engine", "decision"),
)
SHOWN = {  # name in the result -> in the table
    "condition": "filter",
    "window": "window",
    "engine": "engine",
    "decide": "decide",
    "arrival_to_event": "packet to event",
    "sample_to_event": "sample to event",
}


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
    settled = _settled(truth, decisions.events)
    judged = [(event, truth[at].label) for event, at in settled]
    counters = status["counters"]
    total = counters["chunks"] and sum(n for k, n in status["link"].items() if k.startswith("samples_"))
    return {
        "decisions": len(decisions.events),
        "judged": len(judged),
        "accuracy": float(np.mean([e.label == label for e, label in judged])) if judged else None,
        "by_gesture": _by_gesture(judged),
        "repetitions": _repetitions(truth, settled),
        "reaction_ms": _reaction(truth, decisions.starts),
        "ms": {
            **{name: _spread(_stage(decisions.events, a, b)) for name, a, b in STOPS},
            "arrival_to_event": _spread([(e.emitted_ns - e.arrival_ns) / 1e6 for e in decisions.events]),
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


def _settled(truth: Sequence[Moment], events: Sequence[Event]) -> list[tuple[Event, int]]:
    """Each decision well after a change, with the place in `truth` of what was true then."""
    times = np.array([m.t_ns for m in truth], np.int64)
    out = []
    for event in events:
        at = int(np.searchsorted(times, event.t_ns, "right")) - 1
        if at >= 0 and event.t_ns - times[at] >= SETTLE_NS and truth[at].label is not None:
            out.append((event, at))
    return out


def _by_gesture(judged: Sequence[tuple[Event, str | None]]) -> dict[str, dict[str, float]]:
    labels = sorted({str(label) for _, label in judged})
    found = {label: [e.label == label for e, truth in judged if truth == label] for label in labels}
    return {label: {"accuracy": float(np.mean(r)), "judged": len(r)} for label, r in found.items()}


def _repetitions(truth: Sequence[Moment], settled: Sequence[tuple[Event, int]]) -> dict[str, int]:
    """Whole repetitions of gestures, each decided by the label with the largest sum of scores over it.

    "rest" means that no gesture is believed just now: it stands for a repetition only when nothing else does.
    """
    sums: dict[int, dict[str, float]] = {}
    for event, at in settled:
        if truth[at].label != "rest":
            scores = sums.setdefault(at, {})
            believed = 0.0 if event.label == "rest" else event.score or 0.0
            scores[event.label] = scores.get(event.label, 0.0) + believed
    right = sum(truth[at].label == max(scores, key=lambda k: scores[k]) for at, scores in sums.items())
    return {"right": right, "of": len(sums)}


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
    if row["accuracy"] is None:
        return "no decision was made; `myoedge run virtual:myo --every` shows why"
    shares = {name: (one["accuracy"], one["judged"]) for name, one in row["by_gesture"].items()}
    lines = [f"{'decisions':<30}{'right':>10}{'of':>6}   (0.5 s after each change)"]
    lines += [f"  {name:<28}{_percent(share)}{n:>6}" for name, (share, n) in shares.items()]
    lines.append(f"  {'all':<28}{_percent(row['accuracy'])}{row['judged']:>6}")
    whole = row["repetitions"]
    lines.append(f"{'whole gestures':<30}{whole['right']:>10}{whole['of']:>6}   (largest sum of scores)")
    if row["reaction_ms"]:
        lines.append(
            f"movement to start event: half within {row['reaction_ms']['p50']:.0f} ms, "
            f"95 % within {row['reaction_ms']['p95']:.0f} ms (budget {row['budget_ms']:g})"
        )
    lines.append("")
    lines.append(f"{'milliseconds of a decision':<26}{'p50':>8}{'p95':>8}{'p99':>8}")
    for name, shown in SHOWN.items():
        if ms := row["ms"][name]:
            lines.append(f"  {shown:<24}{ms['p50']:8.2f}{ms['p95']:8.2f}{ms['p99']:8.2f}")
    lines.append(
        f"  deadline {row['deadline_ms']:.1f} from sample to event, "
        f"missed by {row['deadline_missed']} of {row['decisions']}"
    )
    lines.append(
        f"lost samples {100 * row['lost_share']:.2f} %; "
        f"bundle {row['bundle']} on {row['engine'] or 'no engine'}"
    )
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{100 * share:8.1f} %"
