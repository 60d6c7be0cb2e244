"""The reaction bench: from the moment a muscle begins to rise to the `start` event, over a real link."""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from myoedge.edge.errors import UsageError
from myoedge.edge.event import Event
from myoedge.edge.profile import load_profile
from myoedge.firmware_bridge.armband import Armband
from myoedge.firmware_bridge.device import Choice, Device

HOLD_S, PAUSE_S = 1.2, 1.2
LONGEST_MS = 1000.0  # a start later than this belongs to no onset


def bench_reaction(
    address: str, radio: str, bundle: str, profile: Path, seconds: float, hop_ms: float
) -> dict[str, Any]:
    """The wearer moves and rests in turn; returns the distribution of onset (truth) to start (event)."""
    starts: list[Event] = []

    def heard(event: Event) -> None:
        if event.kind == "gesture" and event.phase == "start":
            starts.append(event)

    choice = Choice(bundle=bundle, profile=load_profile(profile), budget_ms=1000, hop_ms=hop_ms)

    async def work() -> tuple[list[tuple[int, str]], dict[str, Any]]:
        async with Device(address, radio, choice, [heard]) as device:
            stop = asyncio.Event()
            running = asyncio.create_task(device.run(stop))
            truths = await _move(device.armband, choice, seconds)
            stop.set()
            await running
            return truths, device.status()

    load = os.getloadavg()[0]
    truths, status = asyncio.run(work())
    return {**judge(truths, starts), "hop_ms": hop_ms, "load": load, "link": status["link"],
            "armband": address, "bundle": bundle}  # fmt: skip


async def _move(armband: Armband, choice: Choice, seconds: float) -> list[tuple[int, str]]:
    """Perform the profile's gestures in turn; returns the onsets as they truly were."""
    wearer = armband.wearer
    if wearer is None or choice.profile is None:
        raise UsageError(
            "the reaction is measured against the truth of a simulated wearer; use virtual:myo?wearer=..."
        )
    gestures = [label for label in choice.profile.head.labels if label != "rest"]
    wearer.command({"op": "routine", "name": "idle"})
    await asyncio.sleep(2.0)
    until = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < until:
        wearer.perform(gestures[turn % len(gestures)])
        await asyncio.sleep(HOLD_S + 0.013 * (turn % 8))  # never in step with the hops
        wearer.perform("rest")
        await asyncio.sleep(PAUSE_S)
        turn += 1
    truths: list[tuple[int, str]] = []
    while not wearer.truths.empty():
        row = wearer.truths.get_nowait()
        if row.get("truth") == "onset" and row["gesture"] != "rest":
            truths.append((int(row["t_ns"]), str(row["gesture"])))
    return truths


def judge(truths: Sequence[tuple[int, str]], starts: Sequence[Event]) -> dict[str, Any]:
    """Milliseconds from each onset to the first start event and to the first right one."""
    first, right = [], []
    for onset_ns, gesture in truths:
        after = [e for e in starts if 0 <= (e.emitted_ns - onset_ns) / 1e6 <= LONGEST_MS]
        if after:
            first.append((after[0].emitted_ns - onset_ns) / 1e6)
        match = [e for e in after if e.label == gesture]
        if match:
            right.append((match[0].emitted_ns - onset_ns) / 1e6)
    return {
        "onsets": len(truths),
        "started": len(first),
        "started_right": len(right),
        "first_start_ms": _percentiles(first),
        "right_start_ms": _percentiles(right),
    }


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    p50, p95 = np.percentile(values, (50, 95))
    return {"p50": float(p50), "p95": float(p95), "max": float(max(values))}
