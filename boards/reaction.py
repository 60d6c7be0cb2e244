"""The reaction bench: from the moment a muscle begins to rise to the `start` event, over a link or played."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from myoedge.boards.stand_in import fit_wearer
from myoedge.edge.decide import REST
from myoedge.edge.errors import UsageError
from myoedge.edge.event import Event
from myoedge.edge.modality import NS
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import load_profile
from myoedge.edge.reaction import Onset, Reactions, Take, played
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.armband import Armband
from myoedge.firmware_bridge.device import Choice, Device, load
from myoedge.firmware_bridge.wearer import make_wearer

HOLD_S, PAUSE_S = 1.2, 1.2
WEARERS = ("anna", "ben", "chen", "dara", "elif", "femi")  # whose people no shipped bundle was trained on
MOVEMENTS, REST_S = 30, 60.0  # of each wearer, when played
EFFORT = (0.55, 0.85)  # 0.7 is as recorded
SEED = 5  # another session than the one that calibrated
SPECS = {"emg": StreamSpec(200, 8, limit=128)}


def bench_reaction(
    address: str, radio: str, bundle: str, profile: Path, seconds: float, hop_ms: float
) -> dict[str, Any]:
    """The wearer moves and rests in turn; returns the distribution of onset (truth) to start (event)."""
    heard: list[Event] = []

    def hear(event: Event) -> None:
        if event.kind == "gesture" and event.phase in ("start", "end"):
            heard.append(event)

    choice = Choice(bundle=bundle, profile=load_profile(profile), budget_ms=1000, hop_ms=hop_ms)

    async def work() -> tuple[list[Onset], dict[str, Any]]:
        async with Device(address, radio, choice, [hear]) as device:
            stop = asyncio.Event()
            running = asyncio.create_task(device.run(stop))
            truths = await _move(device.armband, choice, seconds)
            stop.set()
            await running
            return truths, device.status()

    load_before = os.getloadavg()[0]
    truths, status = asyncio.run(work())
    reactions = Reactions()
    reactions.add(truths, heard)
    return {**reactions.to_json(), "hop_ms": hop_ms, "load": load_before, "link": status["link"],
            "armband": address, "bundle": bundle}  # fmt: skip


async def _move(armband: Armband, choice: Choice, seconds: float) -> list[Onset]:
    """Perform the profile's gestures in turn; returns the onsets as they truly were."""
    wearer = armband.wearer
    if wearer is None or choice.profile is None:
        raise UsageError(
            "the reaction is measured against the truth of a simulated wearer; use virtual:myo?wearer=..."
        )
    gestures = [label for label in choice.profile.head.labels if label != REST]
    wearer.command({"op": "routine", "name": "idle"})
    await asyncio.sleep(2.0)
    until = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < until:
        wearer.perform(gestures[turn % len(gestures)])
        await asyncio.sleep(HOLD_S + 0.013 * (turn % 8))  # never in step with the hops
        wearer.perform(REST)
        await asyncio.sleep(PAUSE_S)
        turn += 1
    truths: list[Onset] = []
    while not wearer.truths.empty():
        row = wearer.truths.get_nowait()
        if row.get("truth") == "onset":
            truths.append(Onset(int(row["t_ns"]), str(row["gesture"])))
    return truths


def play_wearers(bundle: str, engine: str | None, hop_ms: float, pace: float = 1.0) -> dict[str, Any]:
    """Six wearers' movements played without a link's processes; the same result every time on one machine."""
    loaded = load(Choice(bundle, engine=engine))
    reactions = Reactions()
    for name in WEARERS:
        profile = fit_wearer(loaded.bundle, loaded.engine, name, SPECS)
        take = wearer_take(name, pace)
        pipeline = Pipeline(loaded.bundle, loaded.engine, profile, SPECS, hop_ms=hop_ms)
        reactions.add(take.onsets, played(pipeline, take.samples, SPECS["emg"].rate_hz), take.rests)
    return {"people": len(WEARERS), "hop_ms": hop_ms, "pace": pace, **reactions.to_json()}


def wearer_take(name: str, pace: float) -> Take:
    """A minute of rest, then movements of varying effort."""
    rate_hz = SPECS["emg"].rate_hz
    wearer = make_wearer(name, seed=SEED, options={"pace": f"{pace:g}"})
    chance = np.random.default_rng(0)
    pieces = [wearer.emg(round(REST_S * rate_hz))]
    gestures = [gesture for gesture in wearer.gestures if gesture != REST]
    for turn in range(MOVEMENTS):
        wearer.perform(gestures[turn % len(gestures)], chance.uniform(*EFFORT))
        pieces.append(wearer.emg(round((HOLD_S + chance.uniform(0, 0.05)) * rate_hz)))
        wearer.perform(REST)
        pieces.append(wearer.emg(round(PAUSE_S * rate_hz)))
    onsets = [Onset(round(sample / rate_hz * NS), gesture) for sample, gesture in wearer.onsets]
    return Take(name, np.concatenate(pieces), onsets, [(0, round(REST_S * NS))])
