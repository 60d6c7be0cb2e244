"""The demo on a real person's recorded samples: sent as the virtual armband's packets, learned, run on."""

import asyncio
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.boards.demo import own_air
from myoedge.boards.demo_score import Decisions, Moment, judge
from myoedge.calibration.learn import learn
from myoedge.calibration.stretch import Span, Stretch
from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import LinkError
from myoedge.edge.profile import Profile
from myoedge.firmware_bridge.armband import Armband
from myoedge.firmware_bridge.armbands import open_armband
from myoedge.firmware_bridge.device import Choice, Device, load

EDGE_NS = 150_000_000  # of each repetition's ends, not used to calibrate: the wearer is on the way
SKIN = "source=skin"  # quiet where nothing is played
IN_THE_AIR_S = 0.2


@dataclass(frozen=True, slots=True)
class Take:
    """One recorded repetition: EMG (time, 8) int8 counts and perhaps IMU (time, 10) int16 counts."""

    label: str
    repetition: int
    signals: Mapping[str, NDArray[Any]]

    @property
    def seconds(self) -> float:
        return len(self.signals["emg"]) / 200


async def demo_played(
    first: Sequence[Take], later: Sequence[Take], bundle: str, say: Callable[[str], None]
) -> dict[str, Any]:
    """Calibrate on the `first` takes, run on the `later`: the demo's result, on real samples."""
    with tempfile.TemporaryDirectory(prefix="myoedge-") as folder:
        air = own_air(SKIN)
        labels = list(dict.fromkeys(take.label for take in first))
        say(f"{len(labels)} gestures: {', '.join(labels)}")
        say(f"calibrating on {len(first)} recorded repetitions: {sum(t.seconds for t in first):.0f} s")
        profile = await _calibrate(air, first, bundle, Path(folder), say)
        say(f"running on {len(later)} others: {sum(t.seconds for t in later):.0f} s")
        decisions = Decisions()
        choice = Choice(bundle=bundle, profile=profile, every=True)
        async with Device(air, "bluez", choice, [decisions]) as device:
            say(str(device.budget))
            stop = asyncio.Event()
            running = asyncio.create_task(device.run(stop))
            try:
                spans = await play(device.armband, later, Path(folder), say)
            finally:
                stop.set()
                await running
            truth = [m for s in spans for m in (Moment(s.start_ns, s.label), Moment(s.end_ns, None))]
            row = judge(truth, decisions, device.status())
            return {**row, "reaction_ms": {}}  # a recording does not say when the movement began in it


async def _calibrate(
    air: str, takes: Sequence[Take], bundle: str, folder: Path, say: Callable[[str], None]
) -> Profile:
    loaded = load(Choice(bundle))
    chunks: list[Chunk] = []
    async with open_armband(air) as armband:

        async def hear() -> None:
            async for item in armband:
                if isinstance(item, Chunk):
                    chunks.append(item)

        hearing = asyncio.create_task(hear())
        try:
            spans = await play(armband, takes, folder, say)
            await asyncio.sleep(IN_THE_AIR_S)
        finally:
            hearing.cancel()
        inner = [Span(s.label, s.repetition, s.start_ns + EDGE_NS, s.end_ns - EDGE_NS) for s in spans]
        stretch = Stretch(chunks, inner)
        specs = armband.specs
    learned = await asyncio.to_thread(
        learn, loaded.bundle, loaded.engine, [stretch], specs, wearer="recorded", armband=air
    )
    return learned.profile


async def play(
    armband: Armband, takes: Sequence[Take], folder: Path, say: Callable[[str], None] = lambda _: None
) -> list[Span]:
    """Send takes one after another; returns when each was on the air."""
    spans = []
    for number, take in enumerate(takes):
        say(f"  [{number + 1}/{len(takes)}] {take.label}, {take.seconds:.1f} s")
        file = folder / f"{number}.npz"
        np.savez(file, **{name: np.rint(x).astype(np.int16) for name, x in take.signals.items()})
        armband.wearer.command({"op": "play", "npz": str(file), "take": number})
        start_ns = await _said(armband, number, "start", 5)
        end_ns = await _said(armband, number, "end", take.seconds + 5)
        spans.append(Span(take.label, take.repetition, start_ns, end_ns))
        file.unlink()
    return spans


async def _said(armband: Armband, number: int, edge: str, timeout_s: float) -> int:
    """Time at which the virtual armband says that the take began or ended; LinkError when it says no."""
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                row = await armband.wearer.truth()
                if row["truth"] == "play" and row.get("take") == number and row["edge"] == edge:
                    return int(row["t_ns"])
                if row["truth"] in ("refused", "ended"):
                    break
    except TimeoutError as error:
        raise LinkError(f"the virtual armband said no {edge} of take {number} in time; try again") from error
    raise LinkError(f"the virtual armband would not play: {row.get('text', 'it ended')}; try again")
