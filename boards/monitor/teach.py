"""The guided session behind a page's calibration: its process, and handing over to the run that goes on."""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from myoedge.boards.guided import gestures_for
from myoedge.boards.monitor.lesson import Ask, Outcome, PagePrompter, Teach
from myoedge.boards.monitor.tutor import LONGEST
from myoedge.calibration.wishes import Wishes
from myoedge.edge.control import ERRORS, ask
from myoedge.edge.errors import MyoedgeError, NotThereError

WISHES_S = 0.02  # between two looks at what was pressed
END_S = 3.0


def teacher(address: str, radio: str, bundle: Callable[[], str], *, unsigned: bool = False) -> Teach:
    """Calibrates that armband with the bundle that runs; `bundle` tells which."""

    async def teach(asked: Ask, prompter: PagePrompter, wishes: Wishes) -> Outcome:
        gestures_for(address, asked.plan.labels)  # what a simulated wearer cannot do is said at once
        words = {"address": address, "radio": radio, "bundle": bundle(), "unsigned": unsigned}
        row = await _led({**words, "asked": asked.words}, prompter, wishes)
        if row["op"] != "outcome":
            raise ERRORS.get(int(row["exit_code"]), MyoedgeError)(str(row["text"]))
        told = await asyncio.to_thread(_hand_over, address, str(row["path"]))
        return Outcome((*map(str, row["lines"]), told), str(row["report"]))

    return teach


async def _led(words: Mapping[str, Any], prompter: PagePrompter, wishes: Wishes) -> dict[str, Any]:
    """Run the tutor; its prompts go to the pages, its last line comes back. Cancelled, it is ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "myoedge.boards.monitor.tutor", limit=LONGEST, start_new_session=True,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    row: dict[str, Any] = {"op": "failed", "text": "the calibration ended unexpectedly", "exit_code": 1}
    if process.stdin is None or process.stdout is None:
        return row
    process.stdin.write(json.dumps(words).encode() + b"\n")
    wishing = asyncio.create_task(_pass_on(wishes, process.stdin))
    try:
        while line := await process.stdout.readline():
            row = json.loads(line)
            if row["op"] not in ("outcome", "failed"):
                prompter.tell_all(**row)
        return row
    finally:
        wishing.cancel()
        await _end(process)


async def _pass_on(wishes: Wishes, to: asyncio.StreamWriter) -> None:
    attended: bool | None = None
    with suppress(ConnectionError):
        while True:
            rows: list[dict[str, Any]] = [{"wish": wish} for wish in wishes.take()]
            if attended != wishes.attended:
                attended = wishes.attended
                rows.insert(0, {"attended": attended})
            to.writelines(json.dumps(row).encode() + b"\n" for row in rows)
            await to.drain()
            await asyncio.sleep(WISHES_S)


async def _end(process: asyncio.subprocess.Process) -> None:
    """It clears away what it has begun; one that does not is killed."""
    with suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(END_S):
                await process.wait()
        except TimeoutError:
            process.kill()


def _hand_over(address: str, path: str) -> str:
    """Let what runs take the new profile over at once; says what came of it."""
    try:
        ask(address, "reload", profile=path)
    except NotThereError:
        return "nothing runs just now; the next run takes it"
    except MyoedgeError as error:
        return f"the running one keeps its profile: {error}"
    return "the running one has taken it over"
