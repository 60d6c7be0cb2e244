"""`myoedge run`: armband in, events out, until stopped."""

import argparse
import json
import os
import stat
import sys
from typing import TYPE_CHECKING

from myoedge.verbs import manner

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from myoedge.edge.sinks import Sink
    from myoedge.firmware_bridge.device import Choice


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge run virtual:myo --profile anna --to - --to udp:127.0.0.1:9000"
    manner.add_armband(parser)
    manner.add_bundle(parser)
    add_output(parser)
    parser.add_argument("--budget-ms", type=manner.positive, help="reaction time allowed (default 150)")
    parser.add_argument("--seconds", type=manner.positive, help="end after so long")


def add_output(parser: argparse.ArgumentParser) -> None:
    """Where events go, and how many."""
    parser.add_argument(
        "--to", action="append", metavar="SINK", help="-, unix:PATH, udp:HOST:PORT; may repeat (-)"
    )
    parser.add_argument("--every", action="store_true", help="write each decision, not only changes")
    parser.add_argument(
        "--explain", action="store_true", help="say which channels and modalities each gesture was told by"
    )
    parser.add_argument("--events", type=manner.count, metavar="N", help="end after N events")


def run(args: argparse.Namespace) -> int:
    return run_address(args, manner.armband_of(args), manner.radio_of(args))


def run_address(args: argparse.Namespace, address: str, radio: str) -> int:
    """Run any address; `replay` is this for a recording."""
    from contextlib import ExitStack

    from myoedge.edge.settings import load_settings
    from myoedge.edge.sinks import open_sink

    to = args.to or load_settings().to or ["-"]
    _refuse_reasons_beside_a_hand(args.explain, to)
    choice = choose(args)
    with ExitStack() as opened:
        sinks: list[Sink] = []
        for text in to:
            sinks.append(open_sink(text))
            opened.callback(sinks[-1].close)
        return manner.until_signal(lambda: _run(args, address, radio, choice, sinks))


def _refuse_reasons_beside_a_hand(explain: bool, to: "Sequence[str]") -> None:
    """A hand shares the engine with nothing, however little of its time that would take."""
    from myoedge.edge.errors import UsageError

    hands = [text for text in to if text.partition(":")[0] == "hand"]
    if explain and hands:
        raise UsageError(
            f"--explain with {hands[0]}: reasons run the engine that the hand waits for; leave out one "
            "of the two"
        )


def choose(args: argparse.Namespace) -> "Choice":
    """What is to run, a profile of another bundle refitted where its recording allows it."""
    from myoedge.edge.budget import DEFAULT_MS
    from myoedge.edge.settings import load_settings
    from myoedge.firmware_bridge.device import Choice

    profile = None
    name = manner.profile_name(args)
    if name:
        from myoedge.calibration.store import load

        profile = load(name)
        if "starter" in profile.facts:
            manner.say(args, f"profile {name} is a starter; a minute of myoedge calibrate is surer")
    choice = Choice(
        bundle=manner.bundle_of(args, profile),
        engine=args.engine,
        profile=profile,
        budget_ms=getattr(args, "budget_ms", None) or load_settings().budget_ms or DEFAULT_MS,
        hop_ms=args.hop_ms,
        confirm=args.confirm,
        every=args.every,
        unsigned=args.unsigned,
        explain=args.explain,
    )
    if name:
        from myoedge.boards.refit import settle

        choice = settle(name, choice, lambda text: manner.say(args, text))
    return choice


async def _run(
    args: argparse.Namespace, address: str, radio: str, choice: "Choice", sinks: "list[Sink]"
) -> int:
    import asyncio

    from myoedge.firmware_bridge.device import Device

    unread = asyncio.Event()
    async with Device(address, radio, choice, sinks, args.events) as device:
        manner.say(args, str(device.budget))
        for line in device.loaded.refused:
            manner.say(args, f"engine {line}")
        to = [type(sink).__name__ for sink in sinks]
        if to == ["StdoutSink"]:
            _watch_stdout(unread)
        try:
            device.settle()
            await device.run(unread, getattr(args, "seconds", None))
        finally:  # also when interrupted, and before the radio takes its time to let go
            for note in device.armband.notes:
                manner.say(args, note)
            if args.verbose:
                print(json.dumps(device.status()), file=sys.stderr)
            if args.json and "StdoutSink" not in to:
                manner.result(args, device.status(), "")
    if unread.is_set():
        manner.say(args, "nobody reads the events any more")
        return 1
    return 0


def _watch_stdout(unread: "asyncio.Event") -> None:
    """Set `unread` when the other end of the pipe that the events go to is closed."""
    import asyncio

    loop = asyncio.get_running_loop()

    def gone() -> None:
        loop.remove_reader(1)
        unread.set()

    if stat.S_ISFIFO(os.fstat(1).st_mode):
        loop.add_reader(1, gone)  # the writing end of a pipe becomes readable only when its reader is gone
