"""`myoedge monitor`: look on at an armband, in the terminal or on a page from which a phone can calibrate."""

import argparse
import sys
from typing import TYPE_CHECKING

from myoedge.verbs import manner

if TYPE_CHECKING:
    from myoedge.boards.monitor.hub import Hub


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge monitor virtual:myo --web"
    manner.add_armband(parser)
    parser.add_argument("--web", action="store_true", help="one page in a browser instead of the terminal")
    parser.add_argument(
        "--listen",
        metavar="ADDRESS",
        help="let other machines open the page, with a token: 0.0.0.0, 192.168.1.5, HOST:PORT (loopback)",
    )
    parser.add_argument("--port", type=_port, help="of the page (8765; 0: any that is free)")
    parser.add_argument("--plain", action="store_true", help="a sentence a second instead of drawings")
    parser.add_argument("--seconds", type=manner.positive, help="end after so long")
    manner.add_bundle(parser)  # of the run that is begun where nobody runs the armband yet
    parser.add_argument("--budget-ms", type=manner.positive, help="reaction time allowed (default 150)")


def run(args: argparse.Namespace) -> int:
    from myoedge.edge.errors import UsageError

    if args.listen and not args.web:
        raise UsageError("--listen is for the page; write --web --listen ADDRESS")
    _need("websockets" if args.web else "rich", "web" if args.web else "terminal")
    return manner.until_signal(lambda: _monitor(args))


async def _monitor(args: argparse.Namespace) -> int:
    import asyncio

    from myoedge.boards.monitor.session import monitored

    armband = _armband(args)
    async with monitored(armband, _words(args)) as seen:
        manner.say(args, f"{'running' if seen.ours else 'beside the run of'} {armband}")
        work = _web(args, armband, seen.hub) if args.web else _terminal(args, seen.hub)
        await seen.until_ended(asyncio.create_task(work))
    return 0


async def _web(args: argparse.Namespace, armband: str, hub: "Hub") -> None:
    import asyncio

    from myoedge.boards.monitor.server import PORT
    from myoedge.boards.monitor.session import served

    port = PORT if args.port is None else args.port
    radio, unsigned = manner.radio_of(args), args.unsigned
    async with served(armband, radio, hub, args.listen, port, unsigned=unsigned) as server:
        manner.result(args, {"url": server.url, "token": server.token}, server.url)
        if server.token:
            manner.say(args, "behind # is the token: who has it can see this wearer's signals and calibrate")
        await asyncio.sleep(args.seconds or float("inf"))


async def _terminal(args: argparse.Namespace, hub: "Hub") -> None:
    from myoedge.boards.monitor.terminal import show, tell

    if args.json or args.plain or not sys.stdout.isatty():
        await tell(hub, args.seconds, lambda text: print(text, flush=True), as_json=args.json)
        return
    from rich.console import Console

    await show(hub, args.seconds, Console())


def _armband(args: argparse.Namespace) -> str:
    """The one asked for, else the only one that runs here, else the remembered one."""
    from myoedge.edge.control import ask_at
    from myoedge.edge.errors import NotThereError
    from myoedge.edge.owner import owned

    if not args.armband:
        running = set()
        for path in owned():
            try:
                running.add(str(ask_at(path, "status")["armband"]))
            except NotThereError:
                continue  # its owner was killed
        if len(running) == 1:
            return running.pop()
    return manner.armband_of(args)


def _words(args: argparse.Namespace) -> list[str]:
    """What a run of our own is told."""
    told = {
        "--radio": args.radio,
        "--profile": args.profile,
        "--bundle": args.bundle,
        "--engine": args.engine,
        "--hop-ms": args.hop_ms,
        "--budget-ms": args.budget_ms,
        "--confirm": args.confirm if args.confirm != 1 else None,
    }
    words = [word for name, value in told.items() if value is not None for word in (name, f"{value}")]
    return [*words, "--unsigned"] if args.unsigned else words


def _need(library: str, extra: str) -> None:
    from importlib.util import find_spec

    from myoedge.edge.errors import NotThereError

    if find_spec(library) is None:
        raise NotThereError(f"{library} is not installed; install it: pip install 'myoedge[{extra}]'")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; wanted 0 to 65535")
    return int(text)
