"""Lines of what goes on in a run, from its control socket, for as long as somebody looks on."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from myoedge.edge.errors import NotThereError
from myoedge.edge.owner import control_path

LONGEST = 1 << 22  # bytes of a line: a second of the fastest armband
AGAIN_S = 0.5  # between two tries to reach a run that is gone


@dataclass(frozen=True, slots=True)
class Begun:
    """A run was reached: what it says of itself."""

    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gone:
    """The run ended, or was killed."""


async def look_on(armband: str, patience_s: float = 5.0) -> AsyncIterator[Begun | Gone | dict[str, Any]]:
    """What the run of an armband says, again and again where one ends and another begins.

    Raises NotThereError when none answers within `patience_s` at first.
    """
    waited_s = 0.0
    ever = False
    while True:
        opened = await _open(armband)
        if opened is None:
            waited_s += AGAIN_S
            if not ever and waited_s > patience_s:
                raise NotThereError(f"nobody runs armband {armband} here; start it: myoedge run {armband}")
            await asyncio.sleep(AGAIN_S)
            continue
        ever = True
        reader, writer, said = opened
        try:
            yield Begun(said)
            with suppress(ConnectionError, ValueError):  # it was killed in mid-line
                while line := await reader.readline():
                    yield json.loads(line)
        finally:
            writer.close()
        yield Gone()


async def _open(armband: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, dict[str, Any]] | None:
    try:
        reader, writer = await asyncio.open_unix_connection(control_path(armband), limit=LONGEST)
    except OSError:
        return None
    try:
        writer.write(b'{"op":"watch"}\n')
        said = json.loads(await reader.readline())
        if said.pop("ok", False):
            return reader, writer, said
    except (OSError, ValueError):
        pass
    writer.close()
    return None
