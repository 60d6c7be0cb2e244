import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest

from myoedge.boards.monitor.lesson import Ask, Lesson, Outcome, PagePrompter, read
from myoedge.calibration.plan import Step
from myoedge.calibration.verdict import Verdict
from myoedge.calibration.wishes import Wishes
from myoedge.edge.errors import RefusedError, StorageError, UsageError

WORDS = {"profile": "anna", "gestures": ["rest", "fist"], "repetitions": 1, "hold_s": 2, "pause_s": 1}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path))


class Teacher:
    """Prompts once, then waits to be told how it ends."""

    def __init__(self) -> None:
        self.wished: list[str] = []
        self.attended: list[bool] = []
        self.end: Callable[[], Outcome] | None = None

    async def __call__(self, asked: Ask, prompter: PagePrompter, wishes: Wishes) -> Outcome:
        await prompter.prompt(Step("fist", 0, "hold", 3.0, 2, 12))
        while self.end is None:
            self.wished += wishes.take()
            self.attended.append(wishes.attended)
            await asyncio.sleep(0.001)
        return self.end()


def led(
    work: Callable[[Lesson, Teacher, list[Mapping[str, Any]]], Coroutine[Any, Any, None]], away_s: float = 60
) -> list[Mapping[str, Any]]:
    """Do that with a lesson; what every page was told."""

    async def main() -> list[Mapping[str, Any]]:
        told: list[Mapping[str, Any]] = []
        teacher = Teacher()
        lesson = Lesson(teacher, told.append, away_s)
        await work(lesson, teacher, told)
        await lesson.close()
        return told

    return asyncio.run(main())


async def turn() -> None:
    await asyncio.sleep(0.02)


def states(told: list[Mapping[str, Any]]) -> list[str]:
    return [words["state"] for words in told if words["op"] == "lesson"]


def test_a_lesson_prompts_every_page_and_ends_in_words() -> None:
    async def work(lesson: Lesson, teacher: Teacher, told: list[Mapping[str, Any]]) -> None:
        lesson.start("a", WORDS)
        await turn()
        assert lesson.state("a")["mine"] and not lesson.state("b")["mine"]
        assert [row["op"] for row in lesson.catch_up()] == ["prompt"]
        teacher.end = lambda: Outcome(("kept", "well"), "<p>plots")
        await turn()

    told = led(work)
    assert [words["op"] for words in told] == ["lesson", "prompt", "lesson"]
    assert told[1]["label"] == "fist" and told[1]["seconds"] == 3.0
    assert told[-1] == {"op": "lesson", "state": "done", "text": "kept\nwell", "report": "<p>plots"}


def test_a_second_page_cannot_begin_steer_or_stop_it() -> None:
    async def work(lesson: Lesson, teacher: Teacher, told: list[Mapping[str, Any]]) -> None:
        lesson.start("a", WORDS)
        with pytest.raises(RefusedError, match="led from another page"):
            lesson.start("b", WORDS)
        with pytest.raises(RefusedError, match="no calibration is led from this page"):
            lesson.wish("b", "redo")
        with pytest.raises(RefusedError):
            lesson.stop("b")
        with pytest.raises(UsageError, match="redo, keep, pause, go"):
            lesson.wish("a", "win")
        lesson.wish("a", "redo")
        await turn()
        assert teacher.wished == ["redo"]

    led(work)


def test_a_page_that_vanishes_pauses_it_and_one_that_comes_back_goes_on() -> None:
    async def work(lesson: Lesson, teacher: Teacher, told: list[Mapping[str, Any]]) -> None:
        lesson.start("a", WORDS)
        await turn()
        lesson.left("b")
        lesson.left("a")
        lesson.left("a")
        await turn()
        assert teacher.wished == ["pause"] and not teacher.attended[-1]
        lesson.came("b")
        lesson.came("a")
        lesson.came("a")
        await turn()
        assert teacher.wished == ["pause", "go"] and teacher.attended[-1]

    assert any(words["op"] == "say" and words["text"].startswith("paused") for words in led(work))


def test_a_page_that_stays_away_gives_it_up() -> None:
    async def work(lesson: Lesson, teacher: Teacher, told: list[Mapping[str, Any]]) -> None:
        lesson.start("a", WORDS)
        await turn()
        lesson.left("a")
        await asyncio.sleep(0.1)
        assert not lesson.busy
        lesson.start("b", WORDS)

    told = led(work, away_s=0.02)
    assert states(told) == ["running", "stopped", "running", "stopped"]
    ends = [words["text"] for words in told if words.get("state") == "stopped"]
    assert "did not come back; nothing was changed" in ends[0]
    assert ends[1] == "the monitor ended; nothing was changed"


def test_what_goes_wrong_is_said_and_the_next_one_can_begin() -> None:
    def full() -> Outcome:
        raise StorageError("cannot write 0002.json: no space left; free some")

    def broken() -> Outcome:
        raise ZeroDivisionError("odd")

    async def work(lesson: Lesson, teacher: Teacher, told: list[Mapping[str, Any]]) -> None:
        for end in (full, broken):
            teacher.end = end
            lesson.start("a", WORDS)
            await turn()
            assert not lesson.busy

    told = led(work)
    assert states(told) == ["running", "failed"] * 2
    texts = [words["text"] for words in told if words.get("state") == "failed"]
    assert "no space left" in texts[0] and "ZeroDivisionError" in texts[1]
    assert all("the last good profile stays in use" in text for text in texts)


def test_a_verdict_reaches_the_page_with_its_reasons() -> None:
    told: list[Mapping[str, Any]] = []
    prompter = PagePrompter(told.append)
    asyncio.run(prompter.verdict(Verdict("fist", 1, False, ("no contraction",), 1.0, 0.0, redo=True)))
    asyncio.run(prompter.progress(0.25))
    asyncio.run(prompter.say("samples were missing"))
    assert told[0]["reasons"] == ["no contraction"] and told[0]["redo"] and not told[0]["good"]
    assert told[1:] == [{"op": "progress", "share": 0.25}, {"op": "say", "text": "samples were missing"}]


@pytest.mark.parametrize("name", ["fist", "psl:w01", "turn a key", "кулак", "मुट्ठी", "✊", "a/b", "<b>"])
def test_a_gesture_is_named_in_any_words(name: str) -> None:
    assert read({**WORDS, "gestures": ["rest", f" {name} "]}).plan.labels == ("rest", name)


@pytest.mark.parametrize(
    ("change", "why"),
    [({"gestures": "rest"}, "choose 2 to"), ({"gestures": ["rest"]}, "choose 2 to"),
     ({"gestures": ["fist", "pinch"]}, "rest must be among"), ({"gestures": ["rest", "rest"]}, "different"),
     ({"gestures": ["rest"] * 100}, "choose 2 to 24"), ({"profile": "../x"}, "cannot name a profile"),
     ({"profile": ""}, "cannot name a profile"), ({"profile": "✊" * 60}, "cannot name a profile"),
     ({"profile": "x" * 10_000}, "at most 64 letters"), ({"repetitions": 0}, "1 to 10"),
     ({"repetitions": True}, "1 to 10"), ({"repetitions": 2.5}, "1 to 10"), ({"hold_s": 1e9}, "hold is"),
     ({"pause_s": "x"}, "pause is"), ({"hold_s": float("nan")}, "hold is"),
     ({"gestures": ["rest", "x" * 10_000]}, "named by 10000 characters; wanted 1 to 64"),
     ({"gestures": ["rest", "a\x1b[2J"]}, "cannot name a gesture"),
     ({"gestures": ["rest", ""]}, "named by 0 characters"), ({"arm": "third"}, "right or the left")],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_words(change: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read({**WORDS, **change})


def test_what_is_asked_becomes_a_plan() -> None:
    asked = read(WORDS)
    assert (asked.profile, asked.plan.labels, asked.plan.seconds) == ("anna", ("rest", "fist"), 6.0)
    other = read({**WORDS, "arm": "left", "missing": True})
    assert (asked.arm, asked.plan.missing, other.arm, other.plan.missing) == ("right", False, "left", True)
