"""A guided session as a state machine: samples in, prompts and labels out; no clock, no terminal.

Time is the arrival of the samples, so a stalled or dropped armband holds the session up by itself, and the
repetition it cut short is asked for again.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from myoedge.calibration.plan import Phase, Plan, Step
from myoedge.calibration.stretch import Span, Stretch
from myoedge.calibration.verdict import Judge, Verdict
from myoedge.calibration.wishes import Wish
from myoedge.edge.chunk import Chunk
from myoedge.edge.modality import NS
from myoedge.edge.recording import Label
from myoedge.edge.stream import Notice, StreamSpec

GAP_NS = NS  # without samples for so long: the repetition counts as cut short

Cue = Step | Verdict | Label | str  # str: something to say


class Session:
    """Feed chunks and notices of one armband; yields what to show, say and write down."""

    def __init__(
        self,
        plan: Plan,
        spec: StreamSpec,
        clock: str = "emg",
        attended: Callable[[], bool] = lambda: False,
    ) -> None:
        """`attended`: whether somebody could answer a question now; else nothing is asked."""
        self.plan, self._spec, self._clock, self._attended = plan, spec, clock, attended
        self._turns = list(plan.turns())
        self._at = 0
        self._again = self._asking = self._paused = False
        self._phase: Phase | None = None  # None: nothing asked yet
        self._since_ns = self._heard_ns = 0
        self._started = False  # the label's start is written
        self._judge = Judge(spec.limit)
        self._held: list[Chunk] = []
        self.chunks: list[Chunk] = []
        self.spans: dict[tuple[str, int], Span] = {}
        self.verdicts: list[Verdict] = []

    @property
    def done(self) -> bool:
        return self._at >= len(self._turns)

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return self._at / len(self._turns)

    @property
    def stretch(self) -> Stretch:
        """All samples so far and the repetitions in them."""
        return Stretch(self.chunks, sorted(self.spans.values(), key=lambda span: span.start_ns))

    def feed(self, item: Chunk | Notice) -> Iterator[Cue]:
        """Take in what the armband gave."""
        if isinstance(item, Notice):
            if item.kind == "dropped":
                yield from self.interrupt("the armband is out of reach; waiting for it")
            return
        if self.done:
            return
        self.chunks.append(item)
        if item.modality != self._clock:
            return
        now_ns = item.arrival_ns
        if self._heard_ns and now_ns - self._heard_ns > GAP_NS:
            yield from self.interrupt("samples were missing")
        self._heard_ns = now_ns
        if self._asking and not self._attended():  # whoever could answer is gone
            self._answer(redo=True)
        if self._asking or self._paused:
            return
        if self._phase is None:
            yield self._step("ready", now_ns)
        if self._phase == "ready" and now_ns - self._since_ns >= self.plan.pause_s * NS:
            yield self._step("hold", now_ns)
        elif self._phase == "hold":
            yield from self._hold(item, now_ns)

    def interrupt(self, why: str) -> Iterator[Cue]:
        """What is being held does not count; it is asked for anew as soon as samples come."""
        self._heard_ns = 0
        if self._phase is not None:
            self._phase, self._started, self._held = None, False, []
            yield why

    def wish(self, wish: Wish) -> Iterator[Cue]:
        """What the wearer pressed: the answer to a question, else a pause, or the last one over again."""
        if wish == "pause" and not self._paused and not self.done:
            self._paused = True
            yield from self.interrupt("paused; take any time")
        elif wish == "go" and self._paused:
            self._paused, self._heard_ns = False, 0
            yield "going on"
        elif self._asking and wish in ("redo", "keep"):
            self._answer(redo=wish == "redo")
        elif wish == "redo" and not self.done:
            if self._phase != "hold" and self._at:
                self._at -= 1
            self._again = True
            yield from self.interrupt("that one again")

    def _answer(self, *, redo: bool) -> None:
        self._asking, self._again = False, redo
        self._at += not redo
        self.verdicts[-1] = replace(self.verdicts[-1], redo=redo, ask=False)

    def _hold(self, chunk: Chunk, now_ns: int) -> Iterator[Cue]:
        start_ns = self._since_ns + round(self.plan.reaction_s * NS)
        end_ns = self._since_ns + round(self.plan.hold_s * NS)
        label, repetition = self._turns[self._at]
        if not self._started and now_ns >= start_ns:
            self._started = True
            yield Label(start_ns, label, repetition, "start")
        if self._started and chunk.t_ns < end_ns:
            self._held.append(chunk)
        if now_ns >= end_ns:
            yield Label(end_ns, label, repetition, "end")
            yield self._step("relax", now_ns)
            yield self._judged(Span(label, repetition, start_ns, end_ns))

    def _judged(self, span: Span) -> Verdict:
        """The next turn, or once the same again when this one was not good."""
        parts = [chunk.samples for chunk in self._held]
        samples = np.concatenate(parts) if parts else np.zeros((0, self._spec.channels))
        wanted = round((self.plan.hold_s - self.plan.reaction_s) * self._spec.rate_hz)
        found = self._judge(span.label, span.repetition, samples, wanted)
        redo = not found.good and not self._again
        self._asking = redo and self._attended()
        verdict = replace(found, redo=redo, ask=self._asking)
        self.verdicts.append(verdict)
        self.spans[span.label, span.repetition] = span
        self._held, self._started, self._phase = [], False, None
        if not self._asking:
            self._again = redo
            self._at += not redo
        return verdict

    def _step(self, phase: Phase, now_ns: int) -> Step:
        self._phase, self._since_ns = phase, now_ns
        label, repetition = self._turns[self._at]
        seconds = {"ready": self.plan.pause_s, "hold": self.plan.hold_s, "relax": 0.0}[phase]
        return Step(label, repetition, phase, seconds, self._at + 1, len(self._turns), self._again)
