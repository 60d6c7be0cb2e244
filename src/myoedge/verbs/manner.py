"""How every verb behaves: prose on stderr, results on stdout, Ctrl-C and SIGTERM end it cleanly."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from myoedge.edge.errors import UsageError
from myoedge.edge.profile import Profile
from myoedge.edge.settings import Settings, load_settings


def say(args: argparse.Namespace, text: str) -> None:
    """Prose for a person, on stderr, unless --quiet."""
    if not args.quiet:
        print(text, file=sys.stderr, flush=True)


def result(args: argparse.Namespace, row: Any, text: str) -> None:
    """The result: JSON with --json, else text."""
    print(json.dumps(row) if args.json else text, flush=True)


def add_armband(parser: argparse.ArgumentParser) -> None:
    """The armband and the radio it is reached over."""
    parser.add_argument("armband", nargs="?", help="myo, myo:ADDRESS, virtual:myo, recording:FILE, ... (default: kept)")
    parser.add_argument("--radio", help="bluez (default), or a transport such as tcp-client:127.0.0.1:9001")


def add_bundle(parser: argparse.ArgumentParser) -> None:
    """What decides: bundle, profile, engine, rhythm."""
    parser.add_argument("--profile", help="the wearer's profile: a name in the store, or a file")
    parser.add_argument("--bundle", help="a folder, a .tar, default or classic (default: the profile's, else default)")
    parser.add_argument("--engine", choices=("litert", "onnx", "tflite"), help="default: the first that is right")
    parser.add_argument("--unsigned", action="store_true", help="run a bundle nobody vouches for; never with a hand")
    parser.add_argument("--hop-ms", type=positive, help="time between decisions (default: the bundle's)")
    parser.add_argument("--confirm", type=int, default=1, metavar="N", help="windows a new gesture must win (1)")


def positive(text: str) -> float:
    """An argparse type: a number above zero."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def count(text: str) -> int:
    """An argparse type: a whole number above zero."""
    value = int(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def armband_of(args: argparse.Namespace, settings: Settings | None = None) -> str:
    """The armband asked for, else the remembered one; raises UsageError when there is neither."""
    kept = settings or load_settings()
    address = args.armband or kept.armband
    if not address:
        raise UsageError("no armband given and none remembered; name one (`virtual:myo` needs none) or `myoedge pair`")
    return str(address)


def radio_of(args: argparse.Namespace) -> str:
    return str(getattr(args, "radio", None) or load_settings().radio or "bluez")


def profile_of(args: argparse.Namespace) -> Profile | None:
    """The profile asked for, else the remembered one."""
    name = args.profile or load_settings().profile
    if not name:
        return None
    from myoedge.calibration.store import load

    return load(str(name))


def bundle_of(args: argparse.Namespace, profile: Profile | None) -> str:
    """The bundle asked for, else the profile's, else the remembered one, else the shipped default."""
    asked = args.bundle or (profile.bundle_name if profile else None) or load_settings().bundle
    return str(asked or "default")


def path(text: str) -> Path:
    return Path(text).expanduser()


def until_signal(work: Callable[[asyncio.Event], Coroutine[Any, Any, int]]) -> int:
    """Run `work` with an event that SIGINT and SIGTERM set; 130 when one came."""

    async def main() -> int:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        interrupted = False

        def interrupt() -> None:
            nonlocal interrupted
            interrupted = True
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, interrupt)
        code = await work(stop)
        return 130 if interrupted else code

    return asyncio.run(main())
