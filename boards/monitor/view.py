"""Lines of a run to pictures of one moment each; figures are worked out here, not in the run."""

import json
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.boards.monitor.scope import Scope
from myoedge.boards.monitor.strip import Traces
from myoedge.edge.runtime import STOPS
from myoedge.edge.stream import StreamSpec

DECISIONS = 400  # that the latency is taken over: 20 s
EVENTS = 12  # that are kept to be read
WORDS = {
    "normal": "good",
    "flat": "no signal",
    "clipped": "at its limit",
    "noisy": "mains hum",
    "nan": "no numbers",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What does not change while a run lasts."""

    armband: str
    bundle: str
    engine: str
    channels: int
    limit: float | None
    columns_hz: float
    budget_ms: float
    deadline_ms: float
    axes: Sequence[Mapping[str, Any]] = ()  # of the IMU: name, unit, least that fills a trace
    axes_hz: float = 0.0  # columns of their traces

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything shown at one moment; times are CLOCK_MONOTONIC nanoseconds."""

    number: int
    oldest_ns: int  # the older of the newest sample and the newest decision's last sample
    state: str  # linked, silent, gone
    traces: Traces
    rms: NDArray[np.float32]  # (channel,)
    quality: Sequence[str]  # in words, by channel
    label: str = "rest"
    best: str = ""
    score: float = 0.0
    level: float = 0.0
    rejected: bool = False
    latency_ms: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # stop -> median, 99th
    late: int = 0  # of the last decisions, those past their deadline
    of: int = 0  # last decisions
    dropped: int = 0  # windows that came too late to be decided, since the run began
    lost: float = 0.0
    profile: str = ""
    battery: int | None = None
    battery_s: float = 0.0  # how long ago it was asked
    events: Sequence[str] = ()  # new ones, in words
    motion: Traces | None = None  # of the IMU, (column, axis); None: it has none
    moved: Sequence[float] = ()  # its newest sample, (axis,); empty while it gives none

    def to_json(self) -> str:
        """One line, small: a page gets twenty a second."""
        row: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__ if name not in _OWN}
        row |= {"op": "picture", "wall_ms": round(self.oldest_ns / 1e6 + _wall_ms(), 1)}
        row |= {"first": self.traces.first, "low": _columns(self.traces.low)}
        row |= {"high": _columns(self.traces.high), "rms": [round(float(one), 2) for one in self.rms]}
        if self.motion is not None:
            low, high = _columns(self.motion.low, 3), _columns(self.motion.high, 3)
            row["motion"] = {"first": self.motion.first, "low": low, "high": high, "now": list(self.moved)}
        row["latency_ms"] = {stop: [round(a, 2), round(b, 2)] for stop, (a, b) in self.latency_ms.items()}
        return json.dumps(row, separators=(",", ":"))


_OWN = ("traces", "rms", "latency_ms", "oldest_ns", "motion", "moved")


class View:
    """Feed the lines of one run; each gives a picture."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        streams = {name: StreamSpec(**row) for name, row in said["streams"].items()}
        self._scope = Scope(said["armband"], streams)
        spec = self._scope.spec
        self.facts = Facts(
            f"{said['armband']} {said['address']}".strip(),
            str(said["bundle"]),
            str(said["engine"] or "none"),
            spec.channels,
            spec.limit,
            self._scope.columns_hz,
            said["budget_ms"],
            said["deadline_ms"],
            [{"name": a.name, "unit": a.unit, "least": a.least} for a in self._scope.axes],
            self._scope.motion.columns_hz,
        )
        self._stamps: deque[list[int]] = deque(maxlen=DECISIONS)
        self._battery: int | None = None
        self._battery_ns = 0
        self.charged(said["battery"])

    def charged(self, percent: int | None) -> None:
        """The armband has told its battery just now."""
        self._battery, self._battery_ns = percent, time.monotonic_ns()

    def __call__(self, row: Mapping[str, Any], number: int) -> Picture:
        """The picture after one more line; `number` is its own."""
        self._scope.feed(row["packets"])
        self._stamps.extend(row["decisions"])
        decided = row["decision"] or {}
        deadline_ns = self.facts.deadline_ms * 1e6
        newest_ns, moved = self._scope.newest_ns, self._scope.moved.tolist()
        if moved:
            newest_ns = min(newest_ns, self._scope.moved_ns)
        return Picture(
            number=number,
            oldest_ns=min(newest_ns, decided.get("t_ns", newest_ns)),
            state="silent" if row["silent"] else "linked",
            traces=self._scope.traces(),
            rms=self._scope.rms(),
            quality=[WORDS.get(state, state) for state in row["channels"]],
            label=decided.get("label", "rest"),
            best=decided.get("best", ""),
            score=round(decided.get("score", 0.0), 3),
            level=round(decided.get("level", 0.0), 3),
            rejected=decided.get("rejected", False),
            latency_ms=self._latency(),
            late=sum(decided_ns - t_ns > deadline_ns for t_ns, *_, decided_ns in self._stamps),
            of=len(self._stamps),
            dropped=row["counters"]["late_windows_dropped"],
            lost=round(self._scope.lost, 4),
            profile=row["profile"] or "",
            battery=self._battery,
            battery_s=round((time.monotonic_ns() - self._battery_ns) / 1e9, 1),
            events=[text for event in row["events"] if (text := in_words(event))][-EVENTS:],
            motion=self._scope.motion() if self._scope.axes else None,
            moved=[round(value, 3) for value in moved],
        )

    def gone(self, number: int) -> Picture:
        """The run is over: nothing flows any more, and that is what is shown."""
        rms = np.zeros(self.facts.channels, np.float32)
        quality = ["unknown"] * self.facts.channels
        motion = self._scope.motion() if self._scope.axes else None
        return Picture(number, time.monotonic_ns(), "gone", self._scope.traces(), rms, quality, motion=motion)

    def _latency(self) -> dict[str, tuple[float, float]]:
        """Time spent at each stop, then arrival to decision, then movement's last sample to decision."""
        if not self._stamps:
            return {}
        stamps = np.array(self._stamps, np.int64)
        spent = np.column_stack([np.diff(stamps[:, 1:], axis=1), stamps[:, -1] - stamps[:, 1],
                                 stamps[:, -1] - stamps[:, 0]])  # fmt: skip
        p50, p99 = np.percentile(spent / 1e6, (50, 99), axis=0)
        names = (*STOPS, "arrival to event", "sample to event")
        return {name: (float(a), float(b)) for name, a, b in zip(names, p50, p99, strict=True)}


def in_words(event: Mapping[str, Any]) -> str:
    """An event as a person reads it; empty for one that only says that a gesture goes on."""
    kind, label, detail = event["kind"], event["label"], event.get("detail", {})
    if kind == "quality":
        return f"channel {detail.get('channel', '?')}: {WORDS.get(label, label)}"
    if kind == "status":
        return ": ".join(filter(None, (label.replace("_", " "), str(detail.get("reason", "")))))
    return "" if event["phase"] == "hold" else f"{label} {event['phase']}"


def _columns(values: NDArray[np.float32], digits: int = 1) -> list[list[float | None]]:
    """(channel, column) of numbers that JSON knows; None where samples were lost."""
    whole = np.round(values.T, digits)
    return [[None if value != value else float(f"{value:g}") for value in row] for row in whole.tolist()]


def _wall_ms() -> float:
    return (time.time_ns() - time.monotonic_ns()) / 1e6
