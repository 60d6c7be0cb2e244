"""`myoedge record`: raw packets, and labels where a session is guided, to a recording."""

import argparse
from typing import TYPE_CHECKING, Any

from myoedge.edge.errors import UsageError
from myoedge.verbs import manner

if TYPE_CHECKING:
    from myoedge.edge.recording import Arrival


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge record virtual:myo session.jsonl.gz --seconds 30"
    parser.add_argument("armband", help="myo, myo:ADDRESS, virtual:myo, ...")
    parser.add_argument("file", type=manner.path, help="where to (.jsonl or .jsonl.gz)")
    parser.add_argument("--radio", help=manner.RADIO_HELP)
    parser.add_argument("--seconds", type=manner.positive, help="end after so long (default: until Ctrl-C)")
    parser.add_argument("--guided", action="store_true", help="prompt for gestures and write their labels")
    manner.add_session(parser)
    parser.add_argument(
        "--folder", type=manner.path, metavar="DIR", help="the repetitions as a `folder` data set too"
    )
    parser.add_argument("--person", default="person", help="of the data set (person)")
    parser.add_argument("--session", default="session", help="of the data set (session)")


def run(args: argparse.Namespace) -> int:
    if args.gestures or args.folder:
        args.guided = True  # without labels there are no repetitions
    if args.guided and args.seconds:
        raise UsageError("a guided recording ends with its last repetition; leave --seconds out")
    return manner.until_signal(lambda: _guided(args) if args.guided else _record(args))


async def _record(args: argparse.Namespace) -> int:
    import asyncio
    import contextlib
    from collections import Counter

    from myoedge.edge.recording import Header, RecordingWriter
    from myoedge.firmware_bridge.share import open_or_share

    sources: Counter[str] = Counter()
    async with open_or_share(args.armband, manner.radio_of(args)) as armband:
        with RecordingWriter(args.file, Header(armband.name, armband.address, armband.specs)) as writer:

            def keep(arrival: "Arrival") -> None:
                sources[arrival.source] += 1
                writer(arrival)

            armband.listeners.append(keep)
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(args.seconds):
                        await armband.drain()
            finally:  # also when interrupted, and before the radio takes its time to let go
                armband.listeners.remove(keep)
                writer.close()
                _report(args, dict(sources), _lost(armband.counters))
    return 0 if sources else 1


def _lost(counters: dict[str, int]) -> int:
    return sum(n for name, n in counters.items() if name.startswith("lost"))


def _report(args: argparse.Namespace, sources: dict[str, int], lost: int) -> None:
    row: dict[str, Any] = {
        "file": str(args.file), "packets": sum(sources.values()), "sources": sources, "lost_samples": lost
    }  # fmt: skip
    manner.result(args, row, f"{row['packets']} packets in {args.file}, {lost} samples lost")


async def _guided(args: argparse.Namespace) -> int:
    from myoedge.boards.folder import check_names, write_folder
    from myoedge.boards.guided import gestures_for, lead

    labels = gestures_for(args.armband, args.gestures or ())
    plan = manner.plan_of(args, labels)
    if args.folder:
        check_names(args.person, args.session, labels)
    session, specs = await lead(
        args.armband,
        manner.radio_of(args),
        plan,
        args.file,
        lambda text: manner.say(args, text),
        vibrate=not args.no_vibrate,
    )
    files = []
    if args.folder:
        files = write_folder(args.folder, args.person, args.session, session, specs)
    row = {"file": str(args.file), "repetitions": len(session.spans), "files": [str(f) for f in files]}
    more = f", {len(files)} files in {args.folder}" if files else ""
    manner.result(args, row, f"{len(session.spans)} repetitions in {args.file}{more}")
    return 0
