"""What goes on in a run, for who looks on: a line after a decision, never before it, at most 20 a second."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from myoedge.edge.chunk import Chunk
from myoedge.edge.condition import Signal
from myoedge.edge.decide import Decision
from myoedge.edge.embed import Embedded
from myoedge.edge.event import Event
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.recording import Arrival
from myoedge.edge.runtime import Runtime
from myoedge.edge.window import Window

APART_NS = 50_000_000  # between two lines on average: 20 a second
EARLY_NS = 25_000_000  # a line may be early by this, for decisions jitter with the radio
SILENT_S = 0.1  # without a decision for so long: a line all the same
KEPT = 4096  # packets that wait for a line; then the oldest is left out
SAID = 64  # events likewise


class Outlet(Protocol):
    """Where lines go: a control socket."""

    @property
    def watching(self) -> bool: ...

    def watched(self, line: bytes) -> None: ...


class Watch:
    """Collects between two lines what arrived, was decided and was said; costs nothing while nobody looks.

    It is a listener of the armband (`arrived`), a sink (call it with an Event) and told by WatchedPipeline.
    """

    def __init__(self) -> None:
        self.outlets: list[Outlet] = []
        self.watching = False  # whether anybody looks on: a flag, for it is asked at every packet
        self._runtime: Runtime
        self._packets: deque[tuple[int, str, str]] = deque(maxlen=KEPT)
        self._decisions: deque[list[int]] = deque(maxlen=SAID)
        self._decision: Decision | None = None
        self._events: deque[str] = deque(maxlen=SAID)
        self._last_ns = self._due_ns = 0
        self._timer: asyncio.TimerHandle | None = None

    def attach(self, runtime: Runtime) -> None:
        """Look on at this run."""
        self._runtime = runtime

    def look(self) -> None:
        """Somebody has begun or ceased to look on; for them a line comes also where no decision does."""
        self.watching = any(outlet.watching for outlet in self.outlets)
        if not self.watching:
            self._forget()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SILENT_S, self._tick)

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def arrived(self, arrival: Arrival) -> None:
        """Keep one packet for the next line."""
        if self.watching:
            self._packets.append((arrival.t_ns, arrival.source, arrival.data.hex()))

    def __call__(self, event: Event) -> None:
        """Keep one event for the next line."""
        if self.watching:
            self._events.append(event.to_json())

    def decided(self, window: Window, stamps: Sequence[int], decision: Decision | None) -> None:
        """Keep one decision; the line itself waits until the sinks have had it."""
        self._decisions.append([window.t_ns, window.arrival_ns, *stamps])
        self._decision = decision
        now_ns = stamps[-1]
        if now_ns >= self._due_ns - EARLY_NS:
            self._last_ns = now_ns
            self._due_ns = max(self._due_ns, now_ns) + APART_NS
            asyncio.get_running_loop().call_soon(self._send)

    def _tick(self) -> None:
        self._timer = None
        self.look()
        if not self.watching:
            return
        now_ns = time.monotonic_ns()
        if now_ns - self._last_ns >= SILENT_S * 0.75e9:
            self._last_ns = now_ns
            self._send()

    def _send(self) -> None:
        line = self._line()
        for outlet in self.outlets:
            outlet.watched(line)

    def _line(self) -> bytes:
        runtime = self._runtime
        pipeline = runtime.pipeline
        row = {
            "now_ns": time.monotonic_ns(),
            "packets": list(self._packets),
            "decisions": list(self._decisions),
            "decision": None if self._decision is None else asdict(self._decision),
            "channels": pipeline.states(),
            "counters": asdict(runtime.counters),
            "profile": pipeline.profile.wearer if pipeline.profile else None,
            "silent": pipeline.silent,
        }
        events = ",".join(self._events)
        self._forget()
        return f'{json.dumps(row, separators=(",", ":"))[:-1]},"events":[{events}]}}\n'.encode()

    def _forget(self) -> None:
        self._packets.clear()
        self._decisions.clear()
        self._events.clear()


class WatchedPipeline(Pipeline):
    """A Pipeline that tells a Watch of each decision, and when the stops before it were done."""

    def __init__(self, watch: Watch, *what: Any, **more: Any) -> None:
        """`what` and `more` are the Pipeline's own."""
        super().__init__(*what, **more)
        self._watch = watch
        self._stamps: list[int] = []
        self._made: tuple[Window, list[int]] | None = None  # the newest window

    def condition(self, chunk: Chunk) -> tuple[Signal, list[Event]]:
        if not self._watch.watching:
            return super().condition(chunk)
        self._stamps = [time.monotonic_ns()]
        found = super().condition(chunk)
        self._stamps.append(time.monotonic_ns())
        return found

    def windows(self, signal: Signal) -> Iterator[Window]:
        found = super().windows(signal)
        return self._noted(found) if self._watch.watching else found

    def _noted(self, windows: Iterator[Window]) -> Iterator[Window]:
        for window in windows:
            self._made = window, [*self._stamps, time.monotonic_ns()]
            yield window

    def decide(self, window: Window, embedded: Embedded) -> list[Event]:
        if not self._watch.watching:
            return super().decide(window, embedded)
        now_ns, made = time.monotonic_ns(), self._made
        events = super().decide(window, embedded)
        if made is not None and made[0] is window and len(made[1]) == 3:
            self._watch.decided(window, [*made[1], now_ns, time.monotonic_ns()], self._decider.last)
        return events


def introduction(status: Mapping[str, Any], tapped: Mapping[str, Any]) -> dict[str, Any]:
    """What who looks on is told first: what runs, its budget and its streams."""
    names = ("bundle", "engine", "profile", "budget_ms", "deadline_ms", "battery")
    return {**tapped, "tap": False, "watch": True, **{name: status[name] for name in names}}
