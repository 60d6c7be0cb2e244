"""A calibration led from a page: one at a time, paused while that page is gone, given up if it stays away."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol

from myoedge.calibration.arm import Arm
from myoedge.calibration.plan import Plan, Step
from myoedge.calibration.verdict import Verdict
from myoedge.calibration.wishes import WISHES, Wishes
from myoedge.edge.errors import MyoedgeError, RefusedError, UsageError

AWAY_S = 60.0  # a page that is gone for longer has given up
MOST_LABELS, MOST_REPETITIONS = 24, 10
SECONDS = (0.2, 20.0)  # that a gesture may be held for, or that may lie between two

Tell = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Ask:
    """What a page asks for, checked."""

    profile: str
    plan: Plan
    arm: Arm
    words: Mapping[str, Any]  # as it was asked


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: lines for a person, and the report as a page of its own (or nothing)."""

    lines: tuple[str, ...]
    report: str = ""


class Teach(Protocol):
    """Runs the guided session and keeps the profile."""

    def __call__(self, asked: Ask, prompter: "PagePrompter", wishes: Wishes) -> Awaitable[Outcome]: ...


@dataclass(slots=True)
class PagePrompter:
    """A Prompter whose every word goes to the pages, and which remembers the last for one that comes back."""

    tell: Tell
    last: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def prompt(self, step: Step) -> None:
        self.tell_all("prompt", label=step.label, phase=step.phase, seconds=step.seconds, number=step.number,
                   of=step.of, again=step.again, how=step.how)  # fmt: skip

    async def progress(self, share: float) -> None:
        self.tell_all("progress", share=round(share, 3))

    async def say(self, text: str) -> None:
        self.tell_all("say", text=text)

    async def verdict(self, verdict: Verdict) -> None:
        self.tell_all("verdict", label=verdict.label, repetition=verdict.repetition, good=verdict.good,
                   reasons=list(verdict.reasons), redo=verdict.redo, ask=verdict.ask)  # fmt: skip

    def tell_all(self, op: str, **more: Any) -> None:
        """Say one thing on every page."""
        self.last[op] = {"op": op, **more}
        self.tell(self.last[op])


class Lesson:
    """The one calibration that may be under way. `tell` reaches every page, `leader` is the one that led."""

    def __init__(self, teach: Teach, tell: Tell, away_s: float = AWAY_S) -> None:
        self._teach, self._tell, self._away_s = teach, tell, away_s
        self._task: asyncio.Task[None] | None = None
        self._wishes = Wishes()
        self._prompter = PagePrompter(tell)
        self._hand: ExitStack | None = None  # held while the leader is there
        self._timer: asyncio.TimerHandle | None = None
        self._state: dict[str, Any] = {"state": "idle", "text": ""}
        self.leader = ""

    @property
    def busy(self) -> bool:
        return self._task is not None

    def state(self, page: str) -> dict[str, Any]:
        """What a page that has just come is to know."""
        return {"op": "lesson", **self._state, "mine": self.busy and page == self.leader}

    def catch_up(self) -> list[dict[str, Any]]:
        """The last prompt and progress, for a page that comes into the middle of it."""
        last = self._prompter.last
        return [last[op] for op in ("progress", "prompt", "say") if op in last] if self.busy else []

    def start(self, page: str, words: Mapping[str, Any]) -> None:
        """Begin; raises UsageError for what cannot be asked, RefusedError while another is under way."""
        if self.busy:
            where = "this page" if page == self.leader else "another page"
            raise RefusedError(f"a calibration is led from {where}; wait for its end, or stop it there")
        asked = read(words)
        self.leader, self._wishes = page, Wishes()
        self._prompter = PagePrompter(self._tell)
        self._task = asyncio.create_task(self._run(asked))
        self._task.add_done_callback(self._over)
        self._say("running", f"calibrating {asked.profile}")
        self.came(page)

    def wish(self, page: str, word: object) -> None:
        """What was pressed on the page that leads; another page's buttons do nothing. UsageError."""
        self._own(page)
        if word not in WISHES:
            raise UsageError(f"no wish {str(word)[:40]!r}; wanted one of {', '.join(WISHES)}")
        self._wishes(next(wish for wish in WISHES if wish == word))

    def stop(self, page: str) -> None:
        """Give up on request of the page that leads; the last good profile stays."""
        self._own(page)
        self._cancel("stopped; nothing was changed")

    def came(self, page: str) -> None:
        """That page is connected."""
        if self.busy and page == self.leader and self._hand is None:
            self._hand = ExitStack()
            self._hand.enter_context(self._wishes.hand())
            if self._timer:
                self._timer.cancel()
                self._timer = None
                self._wishes("go")

    def left(self, page: str) -> None:
        """That page is gone: nobody sees the prompts, so nothing is learned until it is back."""
        if self.busy and page == self.leader and self._hand is not None:
            self._hand.close()
            self._hand = None
            self._wishes("pause")
            self._prompter.tell_all("say", text="paused: the page that leads is gone or not looked at")
            gone = "the page that led the calibration did not come back; nothing was changed"
            self._timer = asyncio.get_running_loop().call_later(self._away_s, self._cancel, gone)

    async def close(self) -> None:
        """Give up what is under way and wait for its end."""
        if self._task is not None:
            self._cancel("the monitor ended; nothing was changed")
            await asyncio.wait((self._task,))

    def _own(self, page: str) -> None:
        if not self.busy or page != self.leader:
            raise RefusedError("no calibration is led from this page")

    def _cancel(self, why: str) -> None:
        if self._task is not None:
            self._state["why"] = why
            self._task.cancel()

    async def _run(self, asked: Ask) -> None:
        try:
            outcome = await self._teach(asked, self._prompter, self._wishes)
            self._end("done", "\n".join(outcome.lines), outcome.report)
        except asyncio.CancelledError:
            self._end("stopped", self._state.get("why", "stopped; nothing was changed"))
        except MyoedgeError as error:
            self._end("failed", f"{error}; the last good profile stays in use")
        except Exception as error:  # a page must never wait for an end that does not come
            self._end("failed", f"met {type(error).__name__}: {error}; the last good profile stays in use")

    def _over(self, task: "asyncio.Task[None]") -> None:
        """A task that was cancelled before its first step says nothing itself."""
        if task is self._task:
            self._end("stopped", str(self._state.get("why", "stopped; nothing was changed")))

    def _end(self, state: str, text: str, report: str = "") -> None:
        self._task = None
        if self._hand:
            self._hand.close()
            self._hand = None
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._say(state, text, report)

    def _say(self, state: str, text: str, report: str = "") -> None:
        self._state = {"state": state, "text": text} | ({"report": report} if report else {})
        self._tell({"op": "lesson", **self._state})


def read(words: Mapping[str, Any]) -> Ask:
    """Check what a page asks for; raises UsageError in words for its wearer."""
    profile = str(words.get("profile", "")).strip()
    gestures = words.get("gestures")
    if not isinstance(gestures, list) or not 2 <= len(gestures) <= MOST_LABELS:
        raise UsageError(f"choose 2 to {MOST_LABELS} gestures, rest among them")
    labels = tuple(" ".join(str(one).split()) for one in gestures)
    if "rest" not in labels:
        raise UsageError("rest must be among the gestures: what is no gesture has to be shown too")
    repetitions = words.get("repetitions", 2)
    if (
        isinstance(repetitions, bool)
        or not isinstance(repetitions, int)
        or not 1 <= repetitions <= MOST_REPETITIONS
    ):
        raise UsageError(f"repetitions are a whole number from 1 to {MOST_REPETITIONS}")
    hold_s, pause_s = (_seconds(words, name, usual) for name, usual in (("hold_s", 3.0), ("pause_s", 2.0)))
    arm = words.get("arm", "right")
    if arm not in ("right", "left"):
        raise UsageError("the band is on the right or the left arm")
    missing = words.get("missing") is True
    plan = Plan(labels, repetitions, hold_s, pause_s, missing=missing)  # it knows what can name a gesture
    return Ask(_name(profile), plan, "left" if arm == "left" else "right", words)


def _name(profile: str) -> str:
    from myoedge.calibration.store import Store

    if len(profile) > 64:
        raise UsageError(f"a profile's name has at most 64 letters; this one has {len(profile)}")
    Store().home(profile)  # it knows what can be a file's name
    return profile


def _seconds(words: Mapping[str, Any], name: str, usual: float) -> float:
    value = words.get(name, usual)
    least, most = SECONDS
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise UsageError(f"{name.removesuffix('_s')} is {least:g} to {most:g} seconds")
    return float(value)
