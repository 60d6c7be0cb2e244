"""A calibration through its own process, on a virtual armband: what pages are told, how it ends."""

import asyncio
import tempfile
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from myoedge.boards.monitor.lesson import Lesson
from myoedge.boards.monitor.teach import teacher
from myoedge.calibration.store import Store

AIR = "virtual:myo?wearer=anna"
WORDS = {"profile": "anna", "gestures": ["rest", "fist"], "repetitions": 1, "hold_s": 2, "pause_s": 0.5}


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None, None, None]:
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path))
    with tempfile.TemporaryDirectory(prefix="m") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


def led(change: Mapping[str, Any], stop_at: str = "") -> list[Mapping[str, Any]]:
    """Lead one to its end, keeping whatever is asked about; stop it at the first word of that kind."""

    async def main() -> list[Mapping[str, Any]]:
        told: list[Mapping[str, Any]] = []
        ended = asyncio.Event()
        lesson: Lesson

        def tell(words: Mapping[str, Any]) -> None:
            told.append(words)
            if words["op"] == stop_at:
                lesson.stop("a")
            if words["op"] == "verdict" and words["ask"]:
                lesson.wish("a", "keep")
            if words["op"] == "lesson" and words["state"] != "running":
                ended.set()

        lesson = Lesson(teacher(AIR, "bluez", lambda: "classic"), tell)
        lesson.start("a", {**WORDS, **change})
        async with asyncio.timeout(60):
            await ended.wait()
        return told

    return asyncio.run(main())


def test_a_profile_is_kept_and_its_report_reaches_the_page() -> None:
    told = led({})
    assert told[-1]["state"] == "done", told[-1]
    assert "nothing runs just now; the next run takes it" in told[-1]["text"]
    assert told[-1]["report"].lower().startswith("<!doctype html>")
    assert [words["label"] for words in told if words["op"] == "prompt" and words["phase"] == "hold"] == [
        "rest",
        "fist",
    ]
    assert {"prompt", "verdict", "progress"} <= {words["op"] for words in told}
    assert Store().load("anna").head.labels == ("fist", "rest")


def test_one_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    last = led({}, stop_at="prompt")[-1]
    assert last["state"] == "stopped", last
    assert Store().list() == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_one_that_cannot_be_says_why() -> None:
    last = led({"gestures": ["rest", "✊"]})[-1]
    assert last["state"] == "failed"
    assert "cannot do ✊; it can do rest" in last["text"] and "the last good profile stays" in last["text"]
