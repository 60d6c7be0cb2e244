"""`myoedge calibrate`: a guided minute that fits a profile to its wearer."""

import argparse

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge calibrate virtual:myo --profile anna"
    manner.add_armband(parser)
    parser.add_argument("--profile", required=True, help="the name it is kept under")
    parser.add_argument("--bundle", help="default, classic, a folder or a .tar (default)")
    manner.add_unsigned(parser)
    manner.add_session(parser)
    parser.add_argument(
        "--arm", choices=("right", "left"), default="right", help="that wears the band (right)"
    )
    parser.add_argument(
        "--accept", type=manner.positive, default=0.95, metavar="SHARE",
        help="of right decisions that the thresholds let through; less: fewer false ones (0.95)",
    )  # fmt: skip
    parser.add_argument(
        "--refresh", action="store_true", help="one repetition of each gesture into the old profile (20 s)"
    )
    parser.add_argument(
        "--words", type=manner.names, metavar="A,B",
        help="teach movements, each done --repetitions times, into the old profile",
    )  # fmt: skip
    parser.add_argument(
        "--unlabelled", type=manner.positive, metavar="S",
        help="a starter profile from S seconds of free movement, no prompts (30)",
    )  # fmt: skip
    parser.add_argument("--restore", action="store_true", help="bring back the profile before the last one")


def run(args: argparse.Namespace) -> int:
    if args.restore:
        return restore(args)
    if args.refresh:
        from myoedge.verbs.sync import renew

        return manner.until_signal(lambda: renew(args, "refresh"))
    if args.words:
        return manner.until_signal(lambda: _teach(args))
    if args.unlabelled:
        return manner.until_signal(lambda: _start(args))
    return manner.until_signal(lambda: _calibrate(args))


def restore(args: argparse.Namespace) -> int:
    """Bring the profile before the last one back, also into a run that goes on."""
    from myoedge.calibration.store import Store

    where = Store().restore(args.profile)
    row = {"profile": args.profile, "path": str(where), "taken_over": False}
    if args.armband:
        row["taken_over"] = hand_over(args, args.armband, str(where))
    manner.result(args, row, f"{args.profile} is again {where}")
    return 0


async def _calibrate(args: argparse.Namespace) -> int:
    import asyncio

    from myoedge.boards.guided import calibrate, gestures_for, report
    from myoedge.calibration.keys import HELP, keys
    from myoedge.calibration.wishes import Wishes

    address = manner.armband_of(args)
    plan = manner.plan_of(args, gestures_for(address, args.gestures or ()))
    wishes = Wishes()
    try:
        with keys(wishes) as can_press:
            if can_press:
                manner.say(args, HELP)
            guided = await calibrate(
                address,
                manner.radio_of(args),
                args.profile,
                manner.bundle_of(args),
                plan,
                lambda text: manner.say(args, text),
                vibrate=not args.no_vibrate,
                unsigned=args.unsigned,
                arm=args.arm,
                accept=args.accept,
                wishes=wishes,
            )
    except asyncio.CancelledError:
        manner.say(args, "stopped; the last good profile is untouched")
        raise
    taken_over = hand_over(args, address, str(guided.path))
    manner.result(args, {**guided.to_json(), "taken_over": taken_over}, report(guided))
    return 0


async def _teach(args: argparse.Namespace) -> int:
    from myoedge.boards.teaching import said, teach_words

    address = manner.armband_of(args)
    learned = await teach_words(
        address,
        manner.radio_of(args),
        args.profile,
        args.words,
        lambda text: manner.say(args, text),
        repetitions=args.repetitions,
        vibrate=not args.no_vibrate,
        unsigned=args.unsigned,
    )
    taken_over = hand_over(args, address, str(learned.path))
    manner.result(args, {**learned.to_json(), "taken_over": taken_over}, said(learned))
    return 0


async def _start(args: argparse.Namespace) -> int:
    from myoedge.boards.starter import said, start

    address = manner.armband_of(args)
    started = await start(
        address,
        manner.radio_of(args),
        args.profile,
        manner.bundle_of(args),
        args.unlabelled,
        lambda text: manner.say(args, text),
        unsigned=args.unsigned,
    )
    taken_over = hand_over(args, address, str(started.path))
    manner.result(args, {**started.to_json(), "taken_over": taken_over}, said(started))
    return 0


def hand_over(args: argparse.Namespace, address: str, path: str) -> bool:
    """Where the armband is running, that run takes the profile over at once."""
    from myoedge.edge.control import ask
    from myoedge.edge.errors import MyoedgeError, NotThereError

    try:
        ask(address, "reload", profile=path)
    except NotThereError:
        return False
    except MyoedgeError as error:
        manner.say(args, f"the running one keeps its profile: {error}")
        return False
    manner.say(args, "the running one has taken it over")
    return True
