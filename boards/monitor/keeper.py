"""A run for a monitor that finds none: a process of its own, which ends whenever the monitor does."""

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from myoedge.edge.control import ERRORS, ask_at
from myoedge.edge.errors import MyoedgeError, NotThereError
from myoedge.edge.owner import control_path

READY_S = 60.0  # in which an armband is found, connected and its bundle loaded
POLL_S = 0.1
NICE = 5  # behind the run, yet not behind everything (our choice)
END_S = 3.0  # promised by every verb


def runs(armband: str) -> bool:
    """Whether somebody here runs it."""
    try:
        ask_at(control_path(armband), "status")
    except NotThereError:
        return False
    return True


@asynccontextmanager
async def keep_running(armband: str, words: Sequence[str]) -> AsyncIterator[asyncio.Task[MyoedgeError]]:
    """`myoedge run ARMBAND ...` while open; the task ends, with the run's own error, if the run does.

    Raises what the run could not begin for. Its events go to a pipe of ours: a run whose only reader is gone
    ends by itself, so that a monitor that was killed leaves nothing behind.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "myoedge", "run", armband, "--to", "-", *words,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is ours; we end it
    )  # fmt: skip
    said: deque[str] = deque(maxlen=20)
    ended = asyncio.create_task(_attend(process, said))
    try:
        await _until_ready(armband, ended)
        yield ended
    finally:
        await _end(process)
        await asyncio.wait((ended,))


async def _attend(process: asyncio.subprocess.Process, said: deque[str]) -> MyoedgeError:
    """Read all it writes until it ends; its last words as an error."""
    if process.stdout is None or process.stderr is None:
        raise MyoedgeError("the run was started without pipes; this should not happen")

    async def listen(stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            said.append(line.decode("utf-8", "replace").strip())

    async def drain(stream: asyncio.StreamReader) -> None:
        while await stream.read(1 << 16):
            pass

    await asyncio.gather(listen(process.stderr), drain(process.stdout))
    code = await process.wait()
    last = said[-1] if said else f"exit code {code}"
    return ERRORS.get(code, MyoedgeError)(last.removeprefix("myoedge run: "))


async def _until_ready(armband: str, ended: "asyncio.Task[MyoedgeError]") -> None:
    for _ in range(round(READY_S / POLL_S)):
        if ended.done():
            raise ended.result()
        if await asyncio.to_thread(runs, armband):
            return
        await asyncio.sleep(POLL_S)
    raise NotThereError(f"{armband} was not reached within {READY_S:g} s; bring it into reach, charge it")


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(END_S):
                await process.wait()
        except TimeoutError:
            process.kill()


def step_back() -> None:
    """Let the run, which must be on time, go first; for a process that only shows."""
    with suppress(OSError):
        os.nice(NICE)
