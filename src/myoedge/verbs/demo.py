"""`myoedge demo`: the main job on the embedded default, simulated or on a real person's recordings."""

import argparse
from typing import TYPE_CHECKING, Any

from myoedge.verbs import manner

if TYPE_CHECKING:
    from myoedge.boards.demo_played import Take


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge demo --from path/to/myo-laval --person eval/Male3"
    parser.add_argument(
        "--from",
        dest="source",
        type=manner.path,
        metavar="DIR",
        help="a psl or laval folder: a real person's samples as the virtual armband's packets",
    )
    parser.add_argument("--person", help="whose recordings (default: one that no bundle here was trained on)")
    parser.add_argument("--wearer", default="anna", help="the simulated wearer (anna)")
    parser.add_argument("--bundle", default="default", help="default or classic")
    parser.add_argument(
        "--seconds", type=manner.positive, default=30.0, help="of running after calibration (30)"
    )


def run(args: argparse.Namespace) -> int:
    return manner.until_signal(lambda: _demo(args))


async def _demo(args: argparse.Namespace) -> int:
    from myoedge.boards.demo_score import table

    row = await (_recorded(args) if args.source else _simulated(args))
    manner.say(args, "")
    manner.result(args, row, table(row))
    manner.say(args, NEXT)
    return 0 if row["decisions"] else 1


async def _simulated(args: argparse.Namespace) -> dict[str, Any]:
    from myoedge.boards.demo import demo

    row = await demo(args.wearer, args.bundle, args.seconds, lambda text: manner.say(args, text))
    return {**row, "from": f"simulated wearer {args.wearer}"}


async def _recorded(args: argparse.Namespace) -> dict[str, Any]:
    from myoedge.boards.demo_played import demo_played
    from myoedge.export.data.takes import choose

    who, first, later = choose(args.source, args.person)
    manner.say(args, f"{who}: a real person's recorded samples as the virtual armband's packets")
    row = await demo_played(
        [_take(one) for one in first],
        [_take(one) for one in later],
        args.bundle,
        lambda text: manner.say(args, text),
    )
    return {**row, "from": who}


def _take(repetition: Any) -> "Take":
    """The part of a recorded repetition that is played."""
    from myoedge.boards.demo_played import Take
    from myoedge.export.data.takes import LONGEST_S

    signals = {n: x[: round(LONGEST_S * repetition.rates[n])] for n, x in repetition.signals.items()}
    return Take(repetition.label, repetition.number, signals)


NEXT = """
Where to go next:
  myoedge calibrate virtual:myo --profile anna      a guided minute, kept as a profile
  myoedge run virtual:myo --profile anna            events as JSON lines, until Ctrl-C
  myoedge scan, then myoedge pair myo               your own armband
  docs/api.md                                       ten lines of Python that do the same"""
