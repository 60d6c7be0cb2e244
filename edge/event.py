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
        return _encode(row)


_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Announcer:
    """Turns decisions into the events of a gesture's life: start, hold (if asked for), end.

    `bundle` (short digest) and `profile` (the wearer's name) go into every event.
    """

    def __init__(self, bundle: str, profile: str | None, every: bool = False) -> None:
        self._bundle, self._profile, self._every = bundle, profile, every
        self._held = REST

    @property
    def held(self) -> str:
        return self._held

    def __call__(self, decision: Decision, onset_ns: int | None, arrival_ns: int, lost: float) -> list[Event]:
        """`arrival_ns` and `lost` are those of the window that was decided on."""
        events: list[Event] = []
        turned = decision.label != self._held
        if turned:
            events += self.release(decision.t_ns, arrival_ns, lost)
            self._held = decision.label
        begins = turned and decision.label != REST
        if begins or self._every:
            events.append(
                Event(
                    "gesture",
                    decision.label,
                    "start" if begins else "hold",
                    score=decision.score,
                    level=decision.level,
                    t_ns=decision.t_ns,
                    arrival_ns=arrival_ns,
                    onset_ns=onset_ns if begins else None,
                    lost=lost,
                    bundle=self._bundle,
                    profile=self._profile,
                )
            )
        return events

    def release(self, t_ns: int, arrival_ns: int, lost: float = 0.0) -> list[Event]:
        """End what is held, if anything; the state is then rest."""
        if self._held == REST:
            return []
        ended = Event(
            "gesture",
            self._held,
            "end",
            level=0.0,
            t_ns=t_ns,
            arrival_ns=arrival_ns,
            lost=lost,
            bundle=self._bundle,
            profile=self._profile,
        )
        self._held = REST
        return [ended]


def utc_of(t_ns: int, offset_ns: int) -> str:
    """UTC text of a monotonic time; `offset_ns` is wall clock minus monotonic."""
    return datetime.fromtimestamp((t_ns + offset_ns) / 1e9, UTC).isoformat(timespec="milliseconds")
