"""`myoedge sync`: a band that was put on again, re-aligned by two gestures of one second."""

import argparse

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge sync virtual:myo --profile anna"
    manner.add_armband(parser)
    parser.add_argument("--profile", help="the wearer's profile in the store (default: the remembered one)")
    parser.add_argument(
        "--gestures",
        type=manner.names,
        metavar="A,B",
        help="two that the profile knows (wrist extension,hand open)",
    )
    parser.add_argument(
        "--mirror", action="store_true", help="the band is on the other way round than before"
    )
    parser.add_argument("--restore", action="store_true", help="bring back the profile before the last one")
    parser.add_argument("--no-vibrate", action="store_true", help="do not prompt by the armband's vibration")
    manner.add_unsigned(parser)


def run(args: argparse.Namespace) -> int:
    from myoedge.edge.errors import UsageError

    args.profile = manner.profile_name(args)
    if not args.profile:
        raise UsageError("no profile given and none remembered; name one: myoedge sync --profile NAME")
    if args.restore:
        from myoedge.verbs.calibrate import restore

        return restore(args)
    return manner.until_signal(lambda: renew(args, "sync"))


async def renew(args: argparse.Namespace, kind: str) -> int:
    """Re-align (`sync`) or renew (`refresh`) the profile, and hand it to the run that goes on."""
    import asyncio

    from myoedge.boards.donning import don, said
    from myoedge.verbs.calibrate import hand_over

    address = manner.armband_of(args)
    try:
        donned = await don(
            "sync" if kind == "sync" else "refresh",
            address,
            manner.radio_of(args),
            args.profile,
            lambda text: manner.say(args, text),
            gestures=(args.gestures or ()) if kind == "sync" else (),
            mirror=getattr(args, "mirror", False),
            vibrate=not args.no_vibrate,
            unsigned=args.unsigned,
        )
    except asyncio.CancelledError:
        manner.say(args, "stopped; the profile in use is untouched")
        raise
    taken_over = donned.path is not None and hand_over(args, address, str(donned.path))
    manner.result(args, {**donned.to_json(), "taken_over": taken_over}, said(donned))
    return 0 if donned.path or donned.recognised else 1
