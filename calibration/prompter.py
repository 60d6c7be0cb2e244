"""Whoever tells the wearer what to do: a terminal, the armband itself, a simulated wearer, or several."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from myoedge.calibration.plan import Step
from myoedge.calibration.verdict import Verdict
from myoedge.edge.errors import LinkError

Perform = Callable[[str, float], Awaitable[None] | None]


class Prompter(Protocol):
    """What a session needs of it."""

    async def prompt(self, step: Step) -> None:
        """A phase of a repetition begins."""
        ...

    async def progress(self, share: float) -> None:
        """So much of the session is done, 0 to 1."""
        ...

    async def say(self, text: str) -> None:
        """Something the wearer should know."""
        ...

    async def verdict(self, verdict: Verdict) -> None:
        """How a repetition went; with `ask`, whoever can press a key answers through `Wishes`."""
        ...


class TextPrompter:
    """Lines of text, for a terminal or a log."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self._write = write

    async def prompt(self, step: Step) -> None:
        if step.phase == "ready":
            again = "again: " if step.again else ""
            how = f" ({step.how})" if step.how else ""
            self._write(f"[{step.number}/{step.of}] {again}get ready: {step.label}{how}")
        elif step.phase == "hold":
            self._write(f"        {step.label.upper()}: hold {step.seconds:g} s")
        elif step.label != "rest":
            self._write("        relax")

    async def progress(self, share: float) -> None:
        """The step's number says it already."""

    async def say(self, text: str) -> None:
        self._write(text)

    async def verdict(self, verdict: Verdict) -> None:
        why = "; ".join(verdict.reasons)
        if not verdict.good:
            end = "" if verdict.redo else " (left out)" if verdict.left_out else " (kept as it is)"
            self._write(f"        not good: {why}{': r does it again, k keeps it' if verdict.ask else end}")
        elif why:
            self._write(f"        good, but {why}")


class Vibrating(Protocol):
    """An armband that can be felt; kind 1 short, 2 medium, 3 long."""

    async def vibrate(self, kind: int) -> None: ...


class VibrationPrompter:
    """Short: hold. Medium: relax. Long: not good. The margin for reaction covers the buzz itself."""

    def __init__(self, armband: Vibrating) -> None:
        self._armband = armband

    async def prompt(self, step: Step) -> None:
        if step.phase != "ready":
            await self._buzz(1 if step.phase == "hold" else 2)

    async def progress(self, share: float) -> None:
        """Cannot be felt."""

    async def say(self, text: str) -> None:
        """Cannot be felt."""

    async def verdict(self, verdict: Verdict) -> None:
        if not verdict.good:
            await self._buzz(3)

    async def _buzz(self, kind: int) -> None:
        try:
            await self._armband.vibrate(kind)
        except LinkError:
            return  # a lost link shows in the samples; the session waits for it there


class WearerPrompter:
    """Prompts a simulated wearer, who obeys after a human reaction time (0.2 to 0.35 s)."""

    def __init__(self, perform: Perform, level: float = 0.7, seed: int = 0) -> None:
        self._perform, self._level, self._random = perform, level, random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()

    async def prompt(self, step: Step) -> None:
        if step.phase == "hold":
            self._later(step.label, self._level * self._random.uniform(0.85, 1.15))
        else:
            self._later("rest", 0.0)

    async def progress(self, share: float) -> None:
        """A simulated wearer is patient."""

    async def say(self, text: str) -> None:
        """And cannot read."""

    async def verdict(self, verdict: Verdict) -> None:
        """Nor take offence."""

    def _later(self, label: str, level: float) -> None:
        task = asyncio.create_task(self._act(label, min(1.0, level)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _act(self, label: str, level: float) -> None:
        await asyncio.sleep(self._random.uniform(0.2, 0.35))
        try:
            done = self._perform(label, level)
            if done is not None:
                await done
        except LinkError:
            return  # the session was over before the wearer had reacted


class Prompters:
    """Several at once."""

    def __init__(self, *prompters: Prompter) -> None:
        self._prompters = prompters

    async def prompt(self, step: Step) -> None:
        for prompter in self._prompters:
            await prompter.prompt(step)

    async def progress(self, share: float) -> None:
        for prompter in self._prompters:
            await prompter.progress(share)

    async def say(self, text: str) -> None:
        for prompter in self._prompters:
            await prompter.say(text)

    async def verdict(self, verdict: Verdict) -> None:
        for prompter in self._prompters:
            await prompter.verdict(verdict)
