"""The demo: a virtual armband on a simulated wearer, calibrated in a minute, run, and judged by the truth."""

import asyncio
import random
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from myoedge.boards.demo_score import Decisions, Moment, judge
from myoedge.boards.guided import calibrate, gestures_for
from myoedge.calibration.plan import Plan
from myoedge.calibration.report import report_text
from myoedge.calibration.store import Store
from myoedge.edge.event import Event
from myoedge.firmware_bridge.armband import Armband
from myoedge.firmware_bridge.device import Choice, Device

HOLD_S, REST_S = (1.2, 2.2), (0.8, 1.4)
SESSION_HOLD_S, SESSION_PAUSE_S = 2.5, 1.5


async def demo(
    wearer: str, bundle: str, seconds: float, say: Callable[[str], None], plan: Plan | None = None
) -> dict[str, Any]:
    """Calibrate, run for `seconds`, and give the result as one JSON object; nothing is kept.

    `plan` is the calibration (default: all the wearer's gestures, 48 s). Raises UsageError for a wearer
    nobody knows, else what calibrating and running raise.
    """
    address = own_air(f"wearer={wearer}")
    with tempfile.TemporaryDirectory(prefix="myoedge-") as folder:
        plan = plan or Plan(gestures_for(address), hold_s=SESSION_HOLD_S, pause_s=SESSION_PAUSE_S)
        say(f"a virtual Myo in a process of its own, worn by {wearer}, who is simulated: calibrating")
        store = Store(Path(folder))
        guided = await calibrate(address, "bluez", wearer, bundle, plan, say, store=store, vibrate=False)
        say(report_text(guided.report))
        decisions = Decisions()
        choice = Choice(bundle=bundle, profile=guided.profile, every=True)
        async with Device(address, "bluez", choice, [decisions, _teller(say)]) as device:
            say(f"running for {seconds:g} s; {device.budget}")
            stop = asyncio.Event()
            running = asyncio.create_task(device.run(stop))
            try:
                truth = await move(device.armband, plan.labels, seconds)
            finally:
                stop.set()
                await running
            return judge(truth, decisions, device.status())


def own_air(words: str) -> str:
    """A virtual Myo with a device address of its own, so that two demos at once are two armbands.

    The address is a static random one: its two highest bits are set (Bluetooth Core 5.4, Vol 6 Part B 1.3.2).
    """
    first, *rest = secrets.token_bytes(6)
    return f"virtual:myo?{words}&address={':'.join(f'{byte:02X}' for byte in (first | 0xC0, *rest))}"


def _teller(say: Callable[[str], None]) -> Callable[[Event], None]:
    """Tells each start as it comes."""

    def tell(event: Event) -> None:
        if event.kind == "gesture" and event.phase == "start":
            ms = (event.emitted_ns - event.arrival_ns) / 1e6
            say(f"  {event.label:<18} score {event.score:.2f}   {ms:.1f} ms after its packet")
        elif event.kind == "quality":
            say(f"  channel {event.detail['channel']} is {event.label}")
        elif event.label in ("silent", "fallback", "resumed"):
            say(f"  {event.label} {event.detail.get('reason', '')}".rstrip())

    return tell


async def move(armband: Armband, labels: tuple[str, ...], seconds: float) -> list[Moment]:
    """Gestures in random order with rest between; returns what was true from when on."""
    chance = random.Random(1)
    gestures = [label for label in labels if label != "rest"]
    until = time.monotonic() + seconds
    began_ns = time.monotonic_ns()
    while time.monotonic() < until:
        for gesture in chance.sample(gestures, len(gestures)):
            armband.wearer.perform(gesture, chance.uniform(0.55, 0.85))
            await asyncio.sleep(chance.uniform(*HOLD_S))
            armband.wearer.perform("rest")
            await asyncio.sleep(chance.uniform(*REST_S))
            if time.monotonic() >= until:
                break
    truth = [Moment(began_ns, "rest")]
    while not armband.wearer.truths.empty():
        row = armband.wearer.truths.get_nowait()
        if row["truth"] == "onset":
            truth.append(Moment(int(row["t_ns"]), str(row["gesture"])))
    return sorted(truth, key=lambda moment: moment.t_ns)
