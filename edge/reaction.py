"""Reaction: known movements played through the pipeline as packets come, and how soon each is named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.chunk import Chunk
from myoedge.edge.decide import REST
from myoedge.edge.event import Event
from myoedge.edge.modality import NS
from myoedge.edge.pipeline import Pipeline

PACKET_ROWS = 2  # EMG samples a notification of the Myo
INTERVAL_NS = 7_500_000  # between two connection events: the shortest that Bluetooth LE has
LONGEST_NS = 1_000_000_000  # a start later than this belongs to no onset


@dataclass(frozen=True, slots=True)
class Onset:
    """A muscle begins to rise, or with "rest" to let go."""

    t_ns: int
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """A stretch of one wearer's signal of which it is known when what began."""

    wearer: str
    samples: NDArray[np.int16]  # (time, channel), counts
    onsets: Sequence[Onset]
    rests: Sequence[tuple[int, int]] = ()  # spans in ns, start and end, in which nothing is done for sure


def played(pipeline: Pipeline, samples: NDArray[np.int16], rate_hz: float) -> list[Event]:
    """The starts and ends of gestures, with `emitted_ns` as over a link: the time of a decision is not in it.

    `samples` (time, channel) begin at 0 ns. Two at a time they leave when the second is over, and arrive at
    the next connection event.
    """
    events: list[Event] = []
    for row in range(0, len(samples) - PACKET_ROWS + 1, PACKET_ROWS):
        ready_ns = round((row + PACKET_ROWS) / rate_hz * NS)
        # a quarter of an interval off, so that packets wait half an interval in the mean, as with any phase
        arrival_ns = -(-(ready_ns - INTERVAL_NS // 6) // INTERVAL_NS) * INTERVAL_NS + INTERVAL_NS // 6
        chunk = Chunk(
            pipeline.bundle.clock, samples[row : row + PACKET_ROWS], round(row / rate_hz * NS), arrival_ns
        )
        events += [
            replace(event, emitted_ns=event.arrival_ns)
            for event in pipeline.feed(chunk)
            if event.kind == "gesture" and event.phase in ("start", "end")
        ]
    return events


@dataclass(slots=True)
class Reactions:
    """What was measured of any number of takes; all times in ms from the onset."""

    onsets: int = 0
    held: int = 0  # the right gesture was on already when its onset came
    first: list[float] = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    wrong: int = 0  # movements whose first start was of another gesture
    releases: int = 0  # of a gesture that was on
    released: list[float] = field(default_factory=list)  # until nothing is held any more
    in_release: int = 0  # starts while the muscle lets go
    in_rest: int = 0  # starts in spans of certain rest
    rest_s: float = 0.0

    def add(
        self, onsets: Iterable[Onset], events: Sequence[Event], rests: Iterable[tuple[int, int]] = ()
    ) -> None:
        """Judge one take by its starts and ends, in order of time."""
        for onset in onsets:
            near = [e for e in events if 0 <= e.emitted_ns - onset.t_ns <= LONGEST_NS]
            (self._release if onset.label == REST else self._movement)(onset, near, events)
        for start_ns, end_ns in rests:
            self.rest_s += (end_ns - start_ns) / NS
            self.in_rest += sum(e.phase == "start" and start_ns <= e.emitted_ns < end_ns for e in events)

    def _movement(self, onset: Onset, near: Sequence[Event], events: Sequence[Event]) -> None:
        self.onsets += 1
        self.held += _held_at(events, onset.t_ns) == onset.label
        starts = [e for e in near if e.phase == "start"]
        rights = [e for e in starts if e.label == onset.label]
        if starts:
            self.first.append((starts[0].emitted_ns - onset.t_ns) / 1e6)
            self.wrong += starts[0].label != onset.label
        if rights:
            self.right.append((rights[0].emitted_ns - onset.t_ns) / 1e6)

    def _release(self, onset: Onset, near: Sequence[Event], events: Sequence[Event]) -> None:
        self.in_release += sum(e.phase == "start" for e in near)
        if _held_at(events, onset.t_ns) == REST:
            return
        self.releases += 1
        held = True
        for e in near:
            held = e.phase == "start"
        ends = [e for e in near if e.phase == "end"]
        if not held and ends:
            self.released.append((ends[-1].emitted_ns - onset.t_ns) / 1e6)

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {
            "onsets": self.onsets,
            "held_before": self.held,
            "started": len(self.first),
            "started_right": len(self.right),
            "first_wrong": self.wrong,
            "first_start_ms": percentiles(self.first),
            "right_start_ms": percentiles(self.right),
        }
        if self.releases:
            row |= {"releases": self.releases, "released": len(self.released),
                    "starts_in_release": self.in_release,
                    "release_ms": percentiles(self.released)}  # fmt: skip
        if self.rest_s:
            row |= {"rest_s": round(self.rest_s, 1), "starts_in_rest": self.in_rest}
        return row


def _held_at(events: Iterable[Event], t_ns: int) -> str:
    """The gesture that is on at that moment, by the events so far."""
    label = REST
    for event in events:
        if event.emitted_ns < t_ns:
            label = event.label if event.phase == "start" else REST
    return label


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and largest, to a tenth; empty for none."""
    if not values:
        return {}
    p50, p95 = np.percentile(values, (50, 95))
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1), "max": round(float(max(values)), 1)}
