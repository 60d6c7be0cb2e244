"""`myoedge calibrate`: a guided minute that fits a profile to its wearer."""

import argparse
import asyncio
import contextlib

from myoedge.edge.errors import UsageError
from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge calibrate virtual:myo --profile anna"
    manner.add_armband(parser)
    parser.add_argument("--profile", required=True, help="the name it is kept under")
    parser.add_argument("--bundle", default=None, help="default, classic, a folder or a .tar (default)")
    parser.add_argument("--gestures", help="comma-separated; include rest (default: the usual six)")
    parser.add_argument("--repetitions", type=manner.count, default=2, help="of each gesture (2)")
    parser.add_argument("--hold-s", type=manner.positive, default=3.0, help="how long each is held (3)")
    parser.add_argument("--pause-s", type=manner.positive, default=2.0, help="between two (2)")
    parser.add_argument("--no-vibrate", action="store_true", help="do not prompt by the armband's vibration")
    parser.add_argument("--restore", action="store_true", help="bring back the profile before the last one")


def run(args: argparse.Namespace) -> int:
    from myoedge.calibration.store import Store

    if args.restore:
        where = Store().restore(args.profile)
        manner.result(args, {"profile": args.profile, "path": str(where)}, f"{args.profile} is again {where}")
        return 0
    return manner.until_signal(lambda stop: _calibrate(args, stop))


async def _calibrate(args: argparse.Namespace, stop: asyncio.Event) -> int:
    from myoedge.boards.guided import calibrate, gestures_for, report
    from myoedge.calibration.plan import Plan

    address = manner.armband_of(args)
    wanted = tuple(g.strip() for g in args.gestures.split(",")) if args.gestures else ()
    plan = Plan(gestures_for(address, wanted), args.repetitions, args.hold_s, args.pause_s)
    if "rest" not in plan.labels:
        raise UsageError("the gestures lack rest; what is no gesture must be shown too: add rest to --gestures")
    manner.say(args, f"{len(plan.labels)} gestures x {plan.repetitions}, about {plan.seconds:.0f} s")
    work = asyncio.create_task(
        calibrate(address, manner.radio_of(args), args.profile, args.bundle or "default", plan,
                  lambda text: manner.say(args, text), vibrate=not args.no_vibrate)
    )  # fmt: skip
    halt = asyncio.create_task(stop.wait())
    await asyncio.wait((work, halt), return_when=asyncio.FIRST_COMPLETED)
    halt.cancel()
    if not work.done():
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        manner.say(args, "stopped; the last good profile is untouched")
        return 130
    guided = work.result()
    manner.result(args, guided.to_json(), report(guided))
    _tell_owner(address, str(guided.path))
    return 0


def _tell_owner(address: str, path: str) -> None:
    """Where the armband is running, that run takes the new profile over at once."""
    from myoedge.edge.control import ask
    from myoedge.edge.errors import MyoedgeError

    with contextlib.suppress(MyoedgeError):
        ask(address, "reload", profile=path)
