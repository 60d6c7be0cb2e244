"""`myoedge record`: raw packets to a recording."""

import argparse
import asyncio
from collections import Counter

from myoedge.edge.recording import Arrival, Header, RecordingWriter
from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge record virtual:myo session.jsonl.gz --seconds 30"
    parser.add_argument("armband", help="myo, myo:ADDRESS, virtual:myo, ...")
    parser.add_argument("file", type=manner.path, help="where to (.jsonl or .jsonl.gz)")
    parser.add_argument("--radio", help="bluez (default), or a transport such as tcp-client:127.0.0.1:9001")
    parser.add_argument("--seconds", type=manner.positive, help="end after so long (default: until Ctrl-C)")


def run(args: argparse.Namespace) -> int:
    return manner.until_signal(lambda stop: _record(args, stop))


async def _record(args: argparse.Namespace, stop: asyncio.Event) -> int:
    from myoedge.firmware_bridge.share import open_or_share

    sources: Counter[str] = Counter()
    async with open_or_share(args.armband, manner.radio_of(args)) as armband:
        header = Header(armband.name, armband.address, armband.specs)
        with RecordingWriter(args.file, header) as writer:

            def keep(arrival: Arrival) -> None:
                sources[arrival.source] += 1
                writer(arrival)

            armband.listeners.append(keep)
            reading = asyncio.create_task(armband.drain())
            halted = asyncio.create_task(stop.wait())
            await asyncio.wait((reading, halted), timeout=args.seconds, return_when=asyncio.FIRST_COMPLETED)
            for task in (reading, halted):
                task.cancel()
            lost = sum(n for name, n in armband.counters.items() if name.startswith("lost"))
    row = {"file": str(args.file), "packets": sum(sources.values()), "sources": dict(sources), "lost_samples": lost}
    manner.result(args, row, f"{row['packets']} packets in {args.file}, {lost} samples lost")
    return 0 if sources else 1

