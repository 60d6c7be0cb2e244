"""How every verb behaves: prose on stderr, results on stdout, Ctrl-C and SIGTERM end it cleanly."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myoedge.edge.errors import UsageError

if TYPE_CHECKING:
    from myoedge.calibration.plan import Plan
    from myoedge.edge.profile import Profile

GONE_S = 2.8  # after Ctrl-C the process has ended, whatever a radio or library waits for (promised: 3 s)
INTERRUPTED = 130
# of edge/engines, whose table takes numpy to read; -fp32: the bundle's float file, where it carries one
ENGINES = ("litert", "onnx", "litert-fp32", "onnx-fp32", "tflite", "tflite-fp32")
RADIO_HELP = "bluez (default), or a transport such as tcp-client:127.0.0.1:9001"


def say(args: argparse.Namespace, text: str) -> None:
    """Prose for a person, on stderr, unless --quiet."""
    if not args.quiet:
        print(text, file=sys.stderr, flush=True)


def result(args: argparse.Namespace, row: Any, text: str) -> None:
    """The result: JSON with --json, else text."""
    print(json.dumps(row) if args.json else text, flush=True)


def add_armband(parser: argparse.ArgumentParser) -> None:
    """The armband and the radio it is reached over."""
    parser.add_argument(
        "armband", nargs="?", help="myo, myo:ADDRESS, virtual:myo, recording:FILE, ... (default: the paired)"
    )
    parser.add_argument("--radio", help=RADIO_HELP)


def add_bundle(parser: argparse.ArgumentParser) -> None:
    """What decides: bundle, profile, engine, rhythm."""
    parser.add_argument("--profile", help="the wearer's profile: a name in the store, or a file")
    parser.add_argument(
        "--bundle", help="a folder, a .tar, default or classic (default: the profile's, else default)"
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        help="default: what bench compute chose here, else the first that is right",
    )
    add_unsigned(parser)
    parser.add_argument("--hop-ms", type=positive, help="time between decisions (default: the bundle's)")
    parser.add_argument(
        "--confirm", type=count, default=1, metavar="N", help="windows a new gesture must win (1)"
    )


def add_unsigned(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--unsigned", action="store_true", help="run a bundle nobody vouches for; never with a hand"
    )


def add_recordings(parser: argparse.ArgumentParser) -> None:
    """Where data sets lie, and where their windows are kept."""
    parser.add_argument(
        "--root",
        required=True,
        type=path,
        metavar="DIR",
        help="holds one unpacked folder a data set, or is the one",
    )
    add_cache(parser)


def add_cache(parser: argparse._ActionsContainer) -> None:
    """Where windows of a data set are kept."""
    parser.add_argument("--cache", type=path, metavar="DIR", help="of windows (the user's cache folder)")


def add_session(parser: argparse.ArgumentParser) -> None:
    """What a guided session asks for."""
    parser.add_argument(
        "--gestures", type=gestures, metavar="A,B", help="include rest (default: the usual six)"
    )
    parser.add_argument("--repetitions", type=count, default=2, help="of each gesture (2)")
    parser.add_argument("--hold-s", type=positive, default=3.0, help="how long each is held (3)")
    parser.add_argument("--pause-s", type=positive, default=2.0, help="between two (2)")
    parser.add_argument(
        "--pace", type=positive, default=1.0, help="holds and pauses so many times as fast (1)"
    )
    parser.add_argument(
        "--hand",
        choices=("there", "missing"),
        default="there",
        help="missing: gestures are imagined or mirrored",
    )
    parser.add_argument("--no-vibrate", action="store_true", help="do not prompt by the armband's vibration")


def plan_of(args: argparse.Namespace, labels: tuple[str, ...]) -> "Plan":
    """What `add_session` was told; raises UsageError."""
    from myoedge.calibration.plan import Plan

    missing = args.hand == "missing"
    plan = Plan(labels, args.repetitions, args.hold_s, args.pause_s, missing=missing)
    return plan.paced(args.pace)


def positive(text: str) -> float:
    """An argparse type: a number above zero."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above zero")
    return value


def count(text: str) -> int:
    """An argparse type: a whole number above zero."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above zero")
    return int(text)


def names(text: str) -> tuple[str, ...]:
    """An argparse type: names apart by commas."""
    found = tuple(name.strip() for name in text.split(","))
    if "" in found:
        raise argparse.ArgumentTypeError(
            f"{text!r} lacks a name; wanted names apart by commas, as wave,knock"
        )
    return found


def gestures(text: str) -> tuple[str, ...]:
    """An argparse type: names apart by commas, rest among them."""
    found = names(text)
    if "rest" not in found:
        raise argparse.ArgumentTypeError(
            f"{text!r} lacks rest; what is no gesture must be shown too, as rest,fist,hand open"
        )
    return found


def path(text: str) -> Path:
    """An argparse type: a file or folder, ~ understood."""
    return Path(text).expanduser()


def armband_of(args: argparse.Namespace) -> str:
    """The armband asked for, else the remembered one; raises UsageError when there is neither."""
    from myoedge.edge.settings import load_settings

    address = args.armband or load_settings().armband
    if not address:
        raise UsageError(
            "no armband given and none remembered; name one (virtual:myo is software), or pair one: "
            "myoedge pair myo"
        )
    return str(address)


def radio_of(args: argparse.Namespace) -> str:
    """The radio asked for, else the remembered one, else BlueZ."""
    from myoedge.edge.settings import load_settings

    return str(args.radio or load_settings().radio or "bluez")


def profile_name(args: argparse.Namespace) -> str | None:
    """The profile asked for, else the remembered one."""
    from myoedge.edge.settings import load_settings

    return args.profile or load_settings().profile


def bundle_of(args: argparse.Namespace, profile: "Profile | None" = None) -> str:
    """The bundle asked for, else the profile's, else the remembered one, else the shipped default."""
    from myoedge.edge.settings import load_settings

    asked = args.bundle
    if not asked and profile:
        asked = profile.facts.get("bundle_path") or profile.bundle_name
    return str(asked or load_settings().bundle or "default")


def until_signal(work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run `work`; SIGINT and SIGTERM cancel it, wherever it is, and 130 comes back when it has cleaned up.

    What does not let go within GONE_S is left to the kernel.
    """
    import asyncio

    async def main() -> int:
        interrupted = False
        running = asyncio.ensure_future(work())

        def interrupt() -> None:
            nonlocal interrupted
            if not interrupted:
                interrupted = True
                _end_within(GONE_S)
                running.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, interrupt)
        try:
            code = await running
        except asyncio.CancelledError:
            if not interrupted:
                raise
        return INTERRUPTED if interrupted else code

    return asyncio.run(main())


@contextmanager
def left_at_once() -> Generator[None, None, None]:
    """Ctrl-C and SIGTERM end the process without the farewells of libraries, which wait for what is gone.

    For work whose files are whole at every moment.
    """
    try:
        yield
    except KeyboardInterrupt:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)


def _end_within(seconds: float) -> None:
    import threading

    timer = threading.Timer(seconds, os._exit, (INTERRUPTED,))
    timer.daemon = True
    timer.start()
