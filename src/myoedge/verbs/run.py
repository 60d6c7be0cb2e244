"""`myoedge run`: armband in, events out, until stopped."""

import argparse
import asyncio
import json
import sys

from myoedge.edge.budget import DEFAULT_MS
from myoedge.edge.settings import load_settings
from myoedge.edge.sinks import open_sink
from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge run virtual:myo --profile anna --to - --to udp:127.0.0.1:9000"
    manner.add_armband(parser)
    manner.add_bundle(parser)
    add_output(parser)
    parser.add_argument("--budget-ms", type=manner.positive, help=f"reaction time allowed (default {DEFAULT_MS:g})")
    parser.add_argument("--seconds", type=manner.positive, help="end after so long")


def add_output(parser: argparse.ArgumentParser) -> None:
    """Where events go, and how many."""
    parser.add_argument("--to", action="append", metavar="SINK", help="-, unix:PATH, udp:HOST:PORT; may repeat (-)")
    parser.add_argument("--every", action="store_true", help="write each decision, not only changes")
    parser.add_argument("--events", type=manner.count, metavar="N", help="end after N events")


def run(args: argparse.Namespace) -> int:
    return run_address(args, manner.armband_of(args), manner.radio_of(args))


def run_address(args: argparse.Namespace, address: str, radio: str) -> int:
    """Run any address; `replay` is this for a recording."""
    from myoedge.firmware_bridge.device import Choice, Device

    kept = load_settings()
    profile = manner.profile_of(args)
    choice = Choice(
        bundle=manner.bundle_of(args, profile),
        engine=args.engine,
        profile=profile,
        budget_ms=getattr(args, "budget_ms", None) or kept.budget_ms or DEFAULT_MS,
        hop_ms=args.hop_ms,
        confirm=args.confirm,
        every=args.every,
        unsigned=args.unsigned,
    )
    sinks = [open_sink(text) for text in args.to or kept.to or ["-"]]

    async def work(stop: asyncio.Event) -> int:
        async with Device(address, radio, choice, sinks, args.events) as device:
            manner.say(args, str(device.budget))
            for line in device.loaded.refused:
                manner.say(args, f"engine {line}")
            await device.run(stop, getattr(args, "seconds", None))
            if args.verbose:
                print(json.dumps(device.status()), file=sys.stderr)
        return 0

    try:
        return manner.until_signal(work)
    finally:
        for sink in sinks:
            sink.close()
