"""What looking on costs: one run's decisions without and with viewers, in turn; and how old what they see is.

`python -m myoedge.boards.monitor.measure [--viewers 4] [--seconds 20] [--rounds 3]` prints one JSON object.
Run, monitor and viewers are processes of their own, as they are for a user.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import numpy as np

from myoedge.edge.errors import MyoedgeError

SETTLE_S = 3.0  # connections, imports and first windows are not what is measured
READY_S = 60.0

Decided = tuple[float, float, bool]  # arrival to event, sample to event (ms), whether that was late


def main(arguments: Sequence[str]) -> int:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m myoedge.boards.monitor.measure", description=__doc__)
    parser.add_argument("--armband", default="virtual:myo?wearer=anna&routine=cycle")
    parser.add_argument("--viewers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each part of a round")
    parser.add_argument("--rounds", type=int, default=3, help="each without viewers, then with them")
    args = parser.parse_args(arguments)
    row = asyncio.run(measure(args.armband, args.viewers, args.seconds, args.rounds))
    print(json.dumps(row))
    return 0


async def measure(armband: str, viewers: int, seconds: float, rounds: int) -> dict[str, Any]:
    """One run all along; `viewers` come and go."""
    load = os.getloadavg()[0]
    decided: dict[int, list[Decided]] = {0: [], viewers: []}
    ages: list[float] = []
    async with _running(armband) as decisions:
        for _ in range(rounds):
            decided[0] += await _part(decisions, seconds)
            async with _viewing(armband, viewers) as seen:
                decided[viewers] += await _part(decisions, seconds)
                ages += seen
    return {
        "armband": armband,
        "viewers": {str(number): _row(rows, seconds * rounds) for number, rows in decided.items()},
        "age_ms": _spread(ages),
        "pictures": len(ages),
        "cpus": os.cpu_count(),
        "load": load,
    }


@asynccontextmanager
async def _running(armband: str) -> AsyncIterator[list[Decided]]:
    """A run, and what it has decided so far."""
    words = ("run", armband, "--every", "--to", "-", "-q")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "myoedge", *words, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    decisions: list[Decided] = []

    async def listen() -> None:
        while process.stdout and (line := await process.stdout.readline()):
            row = json.loads(line)
            if row["kind"] == "gesture" and row["phase"] in ("start", "hold"):
                waited = (row["emitted_ns"] - row["arrival_ns"]) / 1e6
                decisions.append(
                    (waited, (row["emitted_ns"] - row["t_ns"]) / 1e6, bool(row["deadline_missed"]))
                )

    listening = asyncio.create_task(listen())
    try:
        await _until(lambda: bool(decisions), "the run decides nothing; run `myoedge run` to see why")
        await asyncio.sleep(SETTLE_S)
        yield decisions
    finally:
        process.terminate()
        await process.wait()
        await listening


@asynccontextmanager
async def _viewing(armband: str, viewers: int) -> AsyncIterator[list[float]]:
    """A monitor with viewers; the age of each picture when the next one took its place, ms."""
    words = ("monitor", armband, "--web", "--port", "0", "--json", "-q")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "myoedge", *words, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    seen: list[float] = []
    try:
        line = await process.stdout.readline() if process.stdout else b""
        if not line:
            raise MyoedgeError("the monitor did not start; run `myoedge monitor --web` to see why")
        url = json.loads(line)["url"]
        looking = [asyncio.create_task(_look(url, str(number), seen)) for number in range(viewers)]
        await asyncio.sleep(SETTLE_S)
        seen.clear()
        yield seen
        for one in looking:
            one.cancel()
        await asyncio.gather(*looking, return_exceptions=True)
    finally:
        process.terminate()
        await process.wait()


async def _look(url: str, page: str, seen: list[float]) -> None:
    """What a page does, without drawing."""
    from websockets.asyncio.client import connect

    host = url.removeprefix("http://").rstrip("/")
    async with connect(f"ws://{host}/socket", origin=f"http://{host}", compression=None) as socket:  # type: ignore[arg-type]
        await socket.send(json.dumps({"op": "hello", "page": page}))
        last_ms = 0.0
        async for said in socket:
            row = json.loads(said)
            if row["op"] != "picture":
                continue
            if last_ms:
                seen.append(time.time_ns() / 1e6 - last_ms)
            last_ms = row["wall_ms"]
            await socket.send('{"op":"shown"}')


async def _part(decisions: list[Decided], seconds: float) -> list[Decided]:
    begin = len(decisions)
    await asyncio.sleep(seconds)
    return decisions[begin:]


async def _until(ready: Any, why: str) -> None:
    for _ in range(round(READY_S / 0.05)):
        if ready():
            return
        await asyncio.sleep(0.05)
    raise MyoedgeError(why)


def _row(rows: Sequence[Decided], seconds: float) -> dict[str, Any]:
    return {
        "decisions": len(rows),
        "per_s": len(rows) / seconds,
        "deadline_missed": sum(late for *_, late in rows),
        "arrival_to_event_ms": _spread([waited for waited, *_ in rows]),
        "sample_to_event_ms": _spread([taken for _, taken, _ in rows]),
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    p50, p95, p99 = np.percentile(values, (50, 95, 99))
    return {"p50": float(p50), "p95": float(p95), "p99": float(p99), "max": float(np.max(values))}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
