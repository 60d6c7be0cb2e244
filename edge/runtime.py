"""The only loop: pulls chunks, feeds the pipeline, stamps and judges every event, keeps the output safe."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from myoedge.edge.budget import Budget
from myoedge.edge.chunk import Chunk
from myoedge.edge.embed import Embedded
from myoedge.edge.event import Event, utc_of
from myoedge.edge.gather import Gatherer
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.spare import SpareTime
from myoedge.edge.stream import Notice, Patient, Stream
from myoedge.edge.window import Window
from myoedge.edge.worker import Worker

STALL_S = 0.08  # an engine that takes longer has stalled; Ctrl-C must be heard within 0.1 s
RETRY_NS = 5_000_000_000  # when a stalled engine is tried again
EARLY_NS = 10_000_000  # before the next window is due: more than a packet comes early by radio
BREATH = 1024  # chunks after which a stream that never waits lets the decisions run

STOPS = ("chunk", "signal", "window", "engine", "decision")
DECIDED = ("gesture", "semantic")  # kinds of event that the deadline is for

Sink = Callable[[Event], None]


@dataclass(slots=True)
class Counters:
    """What happened so far."""

    chunks: int = 0
    lost_samples: int = 0
    windows: int = 0
    decisions: int = 0
    late_windows_dropped: int = 0
    deadline_missed: int = 0
    stalls: int = 0
    sinks_lost: int = 0
    events: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)


class Runtime:
    """Runs one armband through one pipeline until stopped, out of events or out of stream."""

    def __init__(
        self,
        stream: Stream,
        pipeline: Pipeline,
        sinks: Sequence[Sink],
        budget: Budget,
        *,
        timed: bool = True,
        events: int | None = None,
    ) -> None:
        self._stream, self.pipeline, self._sinks, self._budget = stream, pipeline, list(sinks), budget
        self._timed, self._wanted = timed, events
        self._patient = stream if isinstance(stream, Patient) else None
        self.counters = Counters()
        self.latency_ms: deque[float] = deque(maxlen=2000)  # arrival to event of the last decisions
        self._newest: tuple[Window, dict[str, int]] | None = None  # waits for its decision
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None  # wakes the loop when silence gets a meaning
        self._ended = self._stopping = False
        self._offset_ns = time.time_ns() - time.monotonic_ns()
        self._gatherer = self._new_gatherer()
        self._worker = self._new_worker() if timed else None
        self._fallback_since_ns: int | None = None
        self._spare = SpareTime()

    def _new_gatherer(self) -> Gatherer:
        periods_ns = {name: bound.period_ns for name, bound in self.pipeline.bounds.items()}
        return Gatherer(self.pipeline.bundle.clock, lambda: self.pipeline.rows_due, periods_ns)

    def _new_worker(self) -> Worker | None:
        engine = self.pipeline.engine
        return Worker(lambda window: self.pipeline.embed(window, engine)) if engine else None

    @property
    def done(self) -> bool:
        """Stopped, or enough events were written, or the stream is over and all of it was worked off."""
        enough = self._wanted is not None and self.counters.events >= self._wanted
        return self._stopping or enough or (self._ended and self._newest is None)

    def stop(self) -> None:
        """End the loop at its next turn, whatever waits; outputs go to rest."""
        self._stopping = True
        self._wake.set()

    def tell(self, label: str, reason: str) -> None:
        """A status event now, of what only the caller knows."""
        self._emit([self.pipeline.status(label, time.monotonic_ns(), reason=reason)], {})

    def take_over(self, pipeline: Pipeline) -> None:
        """Go on with another pipeline (a new profile) between two decisions; what is held ends first."""
        now_ns = time.monotonic_ns()
        self._spare.drop()
        self._emit(self.pipeline.rest(now_ns, "another profile takes over"), {})
        self.pipeline = pipeline
        self._gatherer = self._new_gatherer()
        self._emit(pipeline.linked(now_ns), {})

    async def run(self) -> None:
        """Live: with deadlines and real times. Untimed (replay): every chunk in order, recorded times."""
        if not self._timed:
            await self._replay()
            return
        reader = asyncio.create_task(self._read())
        try:
            while not self.done:
                await self._sleep()
                self._emit(self.pipeline.tick(time.monotonic_ns()), {})
                self._decide_newest()
                self._explain()
        finally:
            reader.cancel()
            if self._timer:
                self._timer.cancel()
            self._wanted = None  # the end is told whatever number of events was asked for
            now_ns = time.monotonic_ns()
            self._emit([*self.pipeline.rest(now_ns, "stopped"), self.pipeline.status("stopped", now_ns)], {})
            if self._worker:
                self._worker.close()
        await self._finish(reader)

    @staticmethod
    async def _finish(reader: "asyncio.Task[None]") -> None:
        """The reader's own error, if it had one, is the run's error."""
        try:
            await reader
        except asyncio.CancelledError:
            return

    async def _read(self) -> None:
        """Stops 5 and 6 of whatever comes, at once; the loop is woken only for a decision."""
        try:
            taken = 0
            async for item in self._stream:
                self._take(item)
                if self._patient is not None and not self._patient.waiting:
                    self._decide_newest()  # nothing newer can come before: no need to wake the loop for it
                if self.done:
                    return
                taken += 1
                if taken % BREATH == 0:
                    await asyncio.sleep(0)
        finally:
            self._ended = True
            self._wake.set()

    def _take(self, item: Chunk | Notice) -> None:
        taken_ns = time.monotonic_ns()
        if isinstance(item, Notice):
            self._work_off(self._gatherer.flush(), taken_ns)
            self._noticed(item)
            self._wake.set()
            return
        self.counters.chunks += 1
        self.counters.lost_samples += item.lost
        if self.pipeline.wants(item):
            ready = self._gatherer.feed(item)
            self._work_off(ready + self._gatherer.flush() if self.pipeline.silent else ready, taken_ns)

    def _work_off(self, chunks: Sequence[Chunk], taken_ns: int) -> None:
        """Stops 5 and 6; of several windows that wait only the newest is kept."""
        for chunk in chunks:
            for window, stamps in self._windows(chunk, taken_ns):
                if self._newest is not None:
                    self.counters.late_windows_dropped += 1
                self._newest = window, stamps
                if self._patient is None or self._patient.waiting:
                    self._wake.set()
                if self._patient is not None:
                    self._patient.hush(window.t_ns + self.pipeline.hop_ns - EARLY_NS)

    async def _sleep(self) -> None:
        """Until a window waits, or silence gets a meaning."""
        if self._timer is None:
            self._set_timer()
        await self._wake.wait()
        self._wake.clear()

    def _set_timer(self) -> None:
        """For when silence would begin; newer data is looked at when it rings, so a packet costs no timer."""
        due_ns = self.pipeline.silent_due_ns
        if due_ns is not None:
            wait_s = max(0.0, (due_ns - time.monotonic_ns()) / 1e9)
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._work_off(self._gatherer.flush(), time.monotonic_ns())
        self._wake.set()

    def _noticed(self, notice: Notice) -> None:
        if notice.kind == "linked":
            self._emit(self.pipeline.linked(notice.t_ns, notice.detail), {})
        elif notice.kind == "dropped":
            self._emit([self.pipeline.status("dropped", notice.t_ns, reason=notice.detail)], {})

    def _windows(self, chunk: Chunk, taken_ns: int) -> list[tuple[Window, dict[str, int]]]:
        signal, events = self.pipeline.condition(chunk)
        signal_ns = time.monotonic_ns()
        if events:
            self._emit(events, {"chunk": taken_ns, "signal": signal_ns})
        found = list(self.pipeline.windows(signal))
        if not found:
            return []
        self.counters.windows += len(found)
        stamps = {"chunk": taken_ns, "signal": signal_ns, "window": time.monotonic_ns()}
        return [(window, stamps) for window in found]

    def _decide_newest(self) -> None:
        if self._newest is None:
            return
        window, stamps = self._newest
        self._newest = None
        begun_ns = time.monotonic_ns()
        embedded = self._embed(window)
        stamps["engine"] = time.monotonic_ns()
        events = self.pipeline.decide(window, embedded)
        stamps["decision"] = time.monotonic_ns()
        self.counters.decisions += 1
        self.latency_ms.append((stamps["decision"] - window.arrival_ns) / 1e6)
        self._emit(events, stamps)
        self._emit(self.pipeline.afterwards(), {})
        due_ns = window.arrival_ns + self.pipeline.hop_ns - EARLY_NS
        self._spare.decided(stamps["engine"] - begun_ns, due_ns, self.pipeline.reason())
        if self._spare.waiting:
            self._wake.set()

    def _explain(self) -> None:
        """A step of a waiting explanation, where it is over before the next window can be there."""
        if not self._spare.waiting or self._newest is not None:
            return
        before = self._spare.steps
        whole = self._spare.step(self._in_time, lambda window: self.pipeline.embed(window, None))
        if whole is not None:
            self._emit(self.pipeline.explained(whole), {})
        elif self._spare.steps > before:
            self._wake.set()  # what came meanwhile is read first

    def _in_time(self, window: Window, left_s: float) -> Embedded | None:
        """The engine's answer, behind the decisions' own guard; None where it does not come in time."""
        if self._worker is None or self._worker.busy or self._fallback_since_ns is not None:
            return None
        try:
            return self._worker(window, min(left_s, STALL_S))
        except Exception:  # whether the engine is of any use, the next decision finds out
            return None

    def _embed(self, window: Window) -> Embedded:
        """The engine's answer in time, else the closed-form part alone; one that stalled is retried later."""
        if self._worker is None:
            return self.pipeline.embed(window, None)
        waiting = self._fallback_since_ns is not None
        early = window.arrival_ns - (self._fallback_since_ns or 0) < RETRY_NS
        if waiting and (self._worker.busy or early):
            return self.pipeline.embed(window, None)
        try:
            embedded = self._worker(window, STALL_S)
            reason = "the engine did not answer in time"
        except Exception as error:  # any failure of an engine means fallback; the loop goes on
            embedded, reason = None, f"the engine failed: {error}"
        now_ns = time.monotonic_ns()
        if embedded is not None:
            if waiting:
                self._fallback_since_ns = None
                self._emit([self.pipeline.status("resumed", now_ns, reason="the engine answers again")], {})
            return embedded
        self.counters.stalls += 1
        self._fallback_since_ns = now_ns
        if not waiting:
            self._emit([self.pipeline.status("fallback", now_ns, reason=reason)], {})
        return self.pipeline.embed(window, None)

    def _emit(self, events: Sequence[Event], stamps: Mapping[str, int]) -> None:
        for event in events:
            if self._wanted is not None and self.counters.events >= self._wanted:
                return
            event = self._stamped(event, stamps)
            self.counters.events += 1
            self.counters.by_kind[event.kind] = self.counters.by_kind.get(event.kind, 0) + 1
            failed = [(sink, error) for sink in self._sinks if (error := _given(sink, event)) is not None]
            for sink, error in failed:
                self._sinks.remove(sink)
                self.counters.sinks_lost += 1
                told = self.pipeline.status(
                    "sink_lost", event.t_ns, reason=f"{type(error).__name__}: {error}"
                )
                self._emit([told], {})

    def _stamped(self, event: Event, stamps: Mapping[str, int]) -> Event:
        """With real times and their judgement, or the recording's."""
        seq, armband = self.counters.events, self._stream.name
        if not self._timed:
            still = dict.fromkeys(STOPS, 0)
            return replace(event, seq=seq, armband=armband, emitted_ns=event.arrival_ns, stamps=still)
        now_ns = time.monotonic_ns()
        decided = event.kind in DECIDED and "decision" in stamps  # a word waits on purpose
        late = decided and now_ns - event.t_ns > self._budget.deadline_ns
        self.counters.deadline_missed += late
        utc = utc_of(event.t_ns, self._offset_ns)
        return replace(
            event, seq=seq, armband=armband, emitted_ns=now_ns, stamps=stamps, deadline_missed=late, utc=utc
        )

    async def _replay(self) -> None:
        async for item in self._stream:
            if isinstance(item, Notice):
                continue
            self.counters.chunks += 1
            self.counters.lost_samples += item.lost
            self._emit(list(self.pipeline.feed(item)), {})
            if self.done:
                break


def _given(sink: Sink, event: Event) -> Exception | None:
    """Hand an event over; a sink that fails is the caller's to drop, and never the end of the loop."""
    try:
        sink(event)
    except Exception as error:  # sinks are other people's code
        return error
    return None
