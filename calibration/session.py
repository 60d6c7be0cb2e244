"""A guided session as a state machine: samples in, prompts and labels out; no clock, no terminal.

Time is the arrival of the samples, so a stalled or dropped armband holds the session up by itself, and the
repetition it cut short is asked for again.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from myoedge.calibration.hints import how_to
from myoedge.calibration.plan import Phase, Plan, Step
from myoedge.calibration.stretch import Span, Stretch
from myoedge.calibration.verdict import LEAD_S, Judge, Take, Verdict
from myoedge.calibration.wishes import Wish
from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import FormatError
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
        self.plan, self._spec, self.clock, self._attended = plan, spec, clock, attended
        self._turns = list(plan.turns())
        self._at = 0
        self._again = self._asking = self._paused = False
        self._phase: Phase | None = None  # None: nothing asked yet
        self._since_ns = self._heard_ns = 0
        self._redone = 0  # without anybody wishing it
        self._judge = Judge(spec.limit, spec.rate_hz, plan.missing)
        self._held: list[Chunk] = []  # of this repetition, from a moment before its prompt
        self.chunks: list[Chunk] = []
        self.spans: dict[tuple[str, int], Span] = {}
        self._newest: Span | None = None  # the last repetition, whether it is learned from or not
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

    def check(self) -> None:
        """Raise FormatError when a gesture has no repetition to learn from."""
        shown = {label for label, _ in self.spans}
        lacking = {v.label: v.reasons for v in self.verdicts if v.label not in shown}
        if lacking:
            why = "; ".join(f"{label} ({', '.join(reasons)})" for label, reasons in lacking.items())
            raise FormatError(
                f"no repetition to learn from: {why}; nothing was changed: look how the band sits and "
                "calibrate again, or name only the other gestures"
            )

    def feed(self, item: Chunk | Notice) -> Iterator[Cue]:
        """Take in what the armband gave."""
        if isinstance(item, Notice):
            if item.kind == "dropped":
                yield from self.interrupt("the armband is out of reach; waiting for it")
            return
        if self.done:
            return
        self.chunks.append(item)
        if item.modality != self.clock:
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
        if self._phase == "ready":
            self._held.append(item)
            while self._held[0].arrival_ns < now_ns - LEAD_S * NS:
                self._held.pop(0)
            if now_ns - self._since_ns >= self.plan.pause_s * NS:
                yield self._step("hold", now_ns)
        elif self._phase == "hold":
            yield from self._hold(item, now_ns)

    def interrupt(self, why: str) -> Iterator[Cue]:
        """What is being held does not count; it is asked for anew as soon as samples come."""
        self._heard_ns = 0
        if self._phase == "hold":
            yield self._step("relax", self._since_ns)
        if self._phase is not None:
            self._phase, self._held = None, []
            yield why

    def wish(self, wish: Wish) -> Iterator[Cue]:
        """What the wearer pressed: the answer to a question, else a pause, or the last one over again."""
        if wish == "toggle":
            wish = "go" if self._paused else "pause"
        if wish == "pause" and not self._paused and not self.done:
            self._paused = True
            yield from self.interrupt("paused; take any time")
        elif wish == "go" and self._paused:
            self._paused, self._heard_ns = False, 0
            yield "going on"
        elif self._asking and wish in ("redo", "keep"):
            if wish == "keep" and self.verdicts[-1].unfit:
                yield from self._labelled()
            self._answer(redo=wish == "redo")
        elif wish == "redo" and not self.done:
            if self._phase != "hold" and self._at:
                self._at -= 1
            self.spans.pop(self._turns[self._at], None)
            self._again = True
            yield from self.interrupt("that one again")

    def _answer(self, *, redo: bool) -> None:
        self._asking, self._again = False, redo
        self._at += not redo
        self.verdicts[-1] = replace(self.verdicts[-1], redo=redo, ask=False)

    def _hold(self, chunk: Chunk, now_ns: int) -> Iterator[Cue]:
        end_ns = self._since_ns + round(self.plan.hold_s * NS)
        if chunk.t_ns < end_ns:
            self._held.append(chunk)
        if now_ns >= end_ns:
            verdict, self._newest = self._judged(end_ns)
            if not verdict.unfit:
                yield from self._labelled()
            yield self._step("relax", now_ns)
            self._next(verdict)
            yield self.verdicts[-1]

    def _labelled(self) -> Iterator[Label]:
        """The newest repetition is learned from."""
        span = self._newest
        if span is not None:
            self.spans[span.label, span.repetition] = span
            yield Label(span.start_ns, span.label, span.repetition, "start")
            yield Label(span.end_ns, span.label, span.repetition, "end")

    def _judged(self, end_ns: int) -> tuple[Verdict, Span]:
        """The verdict on what was held, and from when to when it was."""
        label, repetition = self._turns[self._at]
        period_ns, rate_hz = NS / self._spec.rate_hz, self._spec.rate_hz
        samples = np.concatenate([np.zeros((0, self._spec.channels)), *(c.samples for c in self._held)])
        times_ns = np.concatenate(
            [np.zeros(0), *(c.t_ns + np.arange(len(c.samples)) * period_ns for c in self._held)]
        )
        start_ns = self._since_ns + round(self.plan.reaction_s * NS)
        cue, after = (int(np.searchsorted(times_ns, t)) for t in (self._since_ns, start_ns))
        wanted = round((self.plan.hold_s - self.plan.reaction_s) * rate_hz)
        verdict, part = self._judge(Take(label, repetition, samples, cue, after - cue, wanted))
        if part.start > after:  # it began late
            start_ns = round(times_ns[part.start])
        if part.stop < len(times_ns):  # it ended early
            end_ns = round(times_ns[part.stop])
        return verdict, Span(label, repetition, start_ns, end_ns)

    def _next(self, verdict: Verdict) -> None:
        """The next turn, or once the same again when this one was not good."""
        attended = self._attended()
        redo = not verdict.good and not self._again and (attended or self._redone < self.plan.most_redone)
        self._asking = redo and attended
        self._redone += redo and not attended
        left_out = verdict.unfit and not redo
        self.verdicts.append(replace(verdict, redo=redo, ask=self._asking, left_out=left_out))
        self._held, self._phase = [], None
        if not self._asking:
            self._again = redo
            self._at += not redo

    def _step(self, phase: Phase, now_ns: int) -> Step:
        self._phase, self._since_ns = phase, now_ns
        label, repetition = self._turns[self._at]
        seconds = {"ready": self.plan.pause_s, "hold": self.plan.hold_s, "relax": 0.0}[phase]
        before = self.verdicts[-1] if self._again and self.verdicts else None
        how = how_to(label, self.plan.missing, before if before and before.label == label else None)
        return Step(label, repetition, phase, seconds, self._at + 1, len(self._turns), self._again, how)
