"""A page's calibration in a process of its own, so that fitting a profile makes no picture late.

`python -m myoedge.boards.monitor.tutor` reads what is asked from the first line of its input, wishes from the
others, and writes prompts, then what came of it, as JSON lines. It gives up when its input ends.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from typing import Any

from myoedge.boards.guided import calibrate, report
from myoedge.boards.monitor.lesson import PagePrompter, read
from myoedge.calibration.wishes import WISHES, Wishes
from myoedge.edge.errors import MyoedgeError

LONGEST = 1 << 24  # bytes of a line: a report with its plots


def main() -> int:
    """0 when a profile was kept, 1 when not; either way the last line says why."""
    try:
        row = asyncio.run(_until_told())
    except MyoedgeError as error:
        row = {"op": "failed", "text": str(error), "exit_code": error.exit_code}
    except Exception as error:  # a page must hear of its end, whatever it was
        row = {"op": "failed", "text": f"met {type(error).__name__}: {error}", "exit_code": 1}
    _tell(row)
    return 0 if row["op"] == "outcome" else 1


async def _until_told() -> dict[str, Any]:
    """The lesson, given up on SIGTERM and when nobody listens any more."""
    loop = asyncio.get_running_loop()
    said = asyncio.StreamReader(limit=LONGEST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), sys.stdin)
    words = json.loads(await said.readline())
    wishes = Wishes()
    teaching = asyncio.create_task(_teach(words, wishes))
    hearing = asyncio.create_task(_hear(said, wishes))
    hearing.add_done_callback(lambda _: teaching.cancel())
    loop.add_signal_handler(signal.SIGTERM, teaching.cancel)
    loop.add_signal_handler(signal.SIGINT, teaching.cancel)
    try:
        return await teaching
    except asyncio.CancelledError:
        return {"op": "failed", "text": "stopped; nothing was changed", "exit_code": 1}
    finally:
        hearing.cancel()


async def _teach(words: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    asked = read(words["asked"])
    guided = await calibrate(
        words["address"], words["radio"], asked.profile, words["bundle"], asked.plan, lambda _: None,
        unsigned=words["unsigned"], arm=asked.arm, more=(PagePrompter(_tell),), wishes=wishes,
    )  # fmt: skip
    plots = guided.page.read_text() if guided.page else ""
    return {"op": "outcome", "lines": report(guided).splitlines(), "report": plots, "path": str(guided.path)}


async def _hear(said: asyncio.StreamReader, wishes: Wishes) -> None:
    """Wishes, and whether anybody is there to have some, until the input ends."""
    hand = None
    while line := await said.readline():
        row = json.loads(line)
        for wish in WISHES:
            if row.get("wish") == wish:
                wishes(wish)
        if row.get("attended") and hand is None:
            hand = wishes.hand()
            hand.__enter__()
        elif row.get("attended") is False and hand is not None:
            hand.__exit__(None, None, None)
            hand = None


def _tell(row: Mapping[str, Any]) -> None:
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    sys.exit(main())
