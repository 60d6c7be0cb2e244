"""Runs a guided session on an open armband: pulls samples, prompts, and writes the recording as it goes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Protocol

from myoedge.calibration.plan import Plan, Step
from myoedge.calibration.prompter import Prompter
from myoedge.calibration.session import Cue, Session
from myoedge.calibration.verdict import Verdict
from myoedge.calibration.wishes import Wishes
from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import LinkError, MismatchError
from myoedge.edge.recording import Arrival, Header, Label, RecordingWriter
from myoedge.edge.stream import Notice, StreamSpec

SILENT_S = 1.0  # without samples for so long: said, and the repetition begins anew
PATIENCE_S = 60.0  # without samples for so long: given up
PROMPT_S = 2.0  # a prompter that takes longer is not waited for


class Armband(Protocol):
    """A stream whose raw packets can be tapped."""

    @property
    def name(self) -> str: ...

    @property
    def specs(self) -> Mapping[str, StreamSpec]: ...

    @property
    def listeners(self) -> list[Callable[[Arrival], None]]: ...

    def __aiter__(self) -> AsyncIterator[Chunk | Notice]: ...


async def guide(
    armband: Armband,
    prompter: Prompter,
    plan: Plan,
    recording: Path,
    *,
    address: str = "",
    clock: str = "emg",
    patience_s: float = PATIENCE_S,
    wishes: Wishes | None = None,
) -> Session:
    """Lead a wearer through `plan`; returns the finished session, whose `stretch` can be learned from.

    `wishes` carries what the wearer presses; without one, or while nobody attends it, nothing is asked.
    `recording` is written as it goes and whole when this returns. Raises LinkError when the armband stays
    silent for `patience_s` or its stream ends too early, StorageError when the recording cannot be written.
    """
    if clock not in armband.specs:
        raise MismatchError(
            f"{armband.name} gives {', '.join(armband.specs) or 'nothing'}, calibration needs {clock}; "
            "use another armband"
        )
    wishes = wishes or Wishes()
    session = Session(plan, armband.specs[clock], clock, lambda: wishes.attended)
    header = Header(armband.name, address, armband.specs)
    with RecordingWriter(recording, header) as writer:
        armband.listeners.append(writer)
        try:
            async for item in _patient(armband, session, prompter, patience_s):
                for wish in wishes.take():
                    for cue in session.wish(wish):
                        await _act(cue, prompter, writer, session)
                for cue in session.feed(item):
                    await _act(cue, prompter, writer, session)
                if session.done:
                    break
        finally:
            armband.listeners.remove(writer)
    if not session.done:
        raise LinkError(
            f"the stream of {armband.name} ended after {100 * session.share:.0f} % of the calibration; "
            "nothing was changed, calibrate again"
        )
    return session


async def _patient(
    armband: Armband, session: Session, prompter: Prompter, patience_s: float
) -> AsyncIterator[Chunk | Notice]:
    """The armband's items; says when nothing comes, and gives up in the end."""
    source = armband.__aiter__()
    waited = 0.0
    pending = asyncio.ensure_future(anext(source))
    try:
        while True:
            done, _ = await asyncio.wait((pending,), timeout=min(SILENT_S, patience_s))
            if done:
                try:
                    item = pending.result()
                except StopAsyncIteration:
                    return
                if isinstance(item, Chunk):
                    waited = 0.0
                yield item
                pending = asyncio.ensure_future(anext(source))
                continue
            waited += min(SILENT_S, patience_s)
            if waited >= patience_s:
                raise LinkError(
                    f"{armband.name} gave no samples for {waited:.0f} s; nothing was changed: "
                    "bring it into reach, charge it, then calibrate again"
                )
            for cue in session.interrupt("no samples come from the armband; waiting"):
                await _act(cue, prompter, None, session)
    finally:
        pending.cancel()


async def _act(cue: Cue, prompter: Prompter, writer: RecordingWriter | None, session: Session) -> None:
    if isinstance(cue, Label):
        if writer:
            writer(cue)
            if cue.edge == "end":  # power may go at any moment; what was done so far is then on the disk
                writer.flush()
        return
    try:
        async with asyncio.timeout(PROMPT_S):
            if isinstance(cue, Step):
                await prompter.prompt(cue)
            elif isinstance(cue, Verdict):
                await prompter.verdict(cue)
                await prompter.progress(session.share)
            else:
                await prompter.say(cue)
    except TimeoutError:
        return
