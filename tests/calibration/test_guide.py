"""A session on an open armband."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from myoedge.calibration.guide import guide
from myoedge.calibration.learn import learn
from myoedge.calibration.plan import Plan
from myoedge.calibration.prompter import Prompters, TextPrompter, WearerPrompter
from myoedge.calibration.stretch import spans_of
from myoedge.calibration.verdict import Verdict
from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import LinkError, MismatchError, StorageError
from myoedge.edge.recording import Arrival, Label, RecordingReader
from myoedge.edge.stream import Notice, StreamSpec

PLAN = Plan(("rest", "fist", "hand open"), repetitions=2, hold_s=1.0, pause_s=0.5, reaction_s=0.3)


class Quick(WearerPrompter):
    """Obeys at once, since these samples come faster than time."""

    async def prompt(self, step: Any) -> None:
        self._perform(step.label if step.phase == "hold" else "rest", 0.7)


def test_a_session_leaves_a_recording_that_says_what_was_done(
    tmp_path: Path, played: Any, classic: Bundle
) -> None:
    path = tmp_path / "session.jsonl"
    lines: list[str] = []
    prompter = Prompters(TextPrompter(lines.append), Quick(played.perform))
    session = asyncio.run(guide(played, prompter, PLAN, path))
    items = list(RecordingReader(path))
    packets = [i for i in items if isinstance(i, Arrival)]
    assert len(packets) == played.chunks and not played.listeners
    assert spans_of(i for i in items if isinstance(i, Label)) == session.stretch.spans
    assert path.stat().st_mode & 0o777 == 0o600
    assert sum("hold" in line for line in lines) == 6
    profile = learn(classic, None, [session.stretch], played.specs, wearer="a", armband="x").profile
    assert profile.facts["held_out"]["accuracy"] > 0.9


def test_a_stream_that_ends_early_is_an_error_and_what_came_is_kept(tmp_path: Path, played: Any) -> None:
    played.end = 60
    with pytest.raises(LinkError, match="calibrate again"):
        asyncio.run(guide(played, Quick(played.perform), PLAN, tmp_path / "session.jsonl"))
    assert sum(isinstance(i, Arrival) for i in RecordingReader(tmp_path / "session.jsonl")) == 60


def test_a_drop_in_mid_session_is_waited_out(tmp_path: Path, played: Any) -> None:
    played.notices[50] = Notice("dropped", 0, "gone")
    played.jump_ns[50] = 30_000_000_000
    said: list[str] = []
    prompter = Prompters(TextPrompter(said.append), Quick(played.perform))
    session = asyncio.run(guide(played, prompter, PLAN, tmp_path / "session.jsonl"))
    assert session.done and len(session.stretch.spans) == 6
    assert any("out of reach" in line for line in said)


def test_an_armband_that_stays_silent_is_given_up(tmp_path: Path, played: Any) -> None:
    class Silent(type(played)):  # type: ignore[misc]
        async def __aiter__(self) -> Any:
            async for item in super().__aiter__():
                yield item
                if self.chunks > 30:
                    await asyncio.sleep(3600)

    with pytest.raises(LinkError, match="no samples"):
        asyncio.run(guide(Silent(), Quick(played.perform), PLAN, tmp_path / "session.jsonl", patience_s=0.2))


def test_a_prompter_that_hangs_does_not_hold_up_the_session(
    tmp_path: Path, played: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("myoedge.calibration.guide.PROMPT_S", 0.01)

    class Stuck(Quick):
        async def verdict(self, verdict: Verdict) -> None:
            await asyncio.sleep(3600)

    assert asyncio.run(guide(played, Stuck(played.perform), PLAN, tmp_path / "session.jsonl")).done


def test_an_armband_without_the_bundles_clock_is_refused(tmp_path: Path, played: Any) -> None:
    played.specs = {"imu": StreamSpec(50.0, 10)}
    with pytest.raises(MismatchError, match="emg"):
        asyncio.run(guide(played, Quick(played.perform), PLAN, tmp_path / "session.jsonl"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_disk_that_fills_up_in_mid_session_is_told(played: Any) -> None:
    with pytest.raises(StorageError, match="space"):
        asyncio.run(guide(played, Quick(played.perform), PLAN, Path("/dev/full")))
    assert not played.listeners


def test_ctrl_c_closes_the_recording_whole(tmp_path: Path, played: Any) -> None:
    async def interrupted() -> None:
        class Slow(type(played)):  # type: ignore[misc]
            async def __aiter__(self) -> Any:
                async for item in super().__aiter__():
                    await asyncio.sleep(0)
                    yield item

        armband = Slow()
        work = asyncio.create_task(guide(armband, Quick(armband.perform), PLAN, tmp_path / "session.jsonl"))
        while armband.chunks < 20:
            await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert not armband.listeners

    asyncio.run(interrupted())
    reader = RecordingReader(tmp_path / "session.jsonl")
    assert len(list(reader)) >= 19 and not reader.notes
