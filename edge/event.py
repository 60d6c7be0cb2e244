"""Stop 8, second half: what an application hears, one JSON object a line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from myoedge.edge.decide import REST, Decision

VERSION = 1


@dataclass(frozen=True, slots=True)
class Event:
    """A gesture began, holds or ended; a channel's quality changed; the link's or engine's status did.

    All times are CLOCK_MONOTONIC nanoseconds (in a replay: the recording's).
    """

    kind: str  # gesture, semantic, quality, status
    label: str
    phase: str | None  # start, hold, end; None for quality and status
    seq: int = 0
    score: float | None = None
    level: float | None = None
    t_ns: int = 0  # the window's last sample on the armband's clock
    arrival_ns: int = 0  # the packet that held it reached the host
    emitted_ns: int = 0  # handed to the sinks
    stamps: Mapping[str, int] = field(default_factory=dict)  # chunk, signal, window, engine, decision
    onset_ns: int | None = None  # the contraction began, as found in the signal
    armband: str = ""
    utc: str = ""
    lost: float = 0.0
    deadline_missed: bool = False
    bundle: str = ""
    profile: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)  # kind-specific: channel, reason, counters

    def to_json(self) -> str:
        """One line without its end."""
        row: dict[str, Any] = {
            "v": VERSION,
            "kind": self.kind,
            "seq": self.seq,
            "label": self.label,
            "phase": self.phase,
            "score": None if self.score is None else round(self.score, 4),
        }
        if self.level is not None:
            row["level"] = round(self.level, 4)
        row |= {
            "t_ns": self.t_ns,
            "arrival_ns": self.arrival_ns,
            "emitted_ns": self.emitted_ns,
            "stamps": dict(self.stamps),
            "onset_ns": self.onset_ns,
            "armband": self.armband,
            "utc": self.utc,
            "lost": round(self.lost, 4),
            "deadline_missed": self.deadline_missed,
            "bundle": self.bundle,
            "profile": self.profile,
        }
        if self.detail:
            row["detail"] = dict(self.detail)
        return json.dumps(row, separators=(",", ":"), ensure_ascii=False)


class Announcer:
    """Turns decisions into the events of a gesture's life: start, hold (if asked for), end."""

    def __init__(self, every: bool = False) -> None:
        self._held, self._every = REST, every

    @property
    def held(self) -> str:
        return self._held

    def __call__(self, decision: Decision, onset_ns: int | None = None) -> list[Event]:
        events: list[Event] = []
        if decision.label != self._held:
            events += self.release(decision.t_ns)
            if decision.label != REST:
                events.append(self._event(decision, "start", onset_ns))
            self._held = decision.label
        elif self._every and decision.label != REST:
            events.append(self._event(decision, "hold", None))
        if self._every and decision.label == REST:
            events.append(self._event(decision, "hold", None))
        return events

    def release(self, t_ns: int) -> list[Event]:
        """End what is held, if anything; the state is then rest."""
        if self._held == REST:
            return []
        ended = Event("gesture", self._held, "end", t_ns=t_ns, level=0.0)
        self._held = REST
        return [ended]

    @staticmethod
    def _event(decision: Decision, phase: str, onset_ns: int | None) -> Event:
        return Event(
            "gesture",
            decision.label,
            phase,
            score=decision.score,
            level=decision.level,
            t_ns=decision.t_ns,
            onset_ns=onset_ns,
        )


def utc_of(t_ns: int, offset_ns: int) -> str:
    """UTC text of a monotonic time; `offset_ns` is wall clock minus monotonic."""
    return datetime.fromtimestamp((t_ns + offset_ns) / 1e9, UTC).isoformat(timespec="milliseconds")
