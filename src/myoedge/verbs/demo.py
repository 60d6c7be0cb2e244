"""`myoedge demo`: the main job on the embedded default, with a simulated wearer or a real person's recordings."""

import argparse
from typing import Any

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge demo --from path/to/myo-laval --person eval/Male3"
    parser.add_argument("--from", dest="source", type=manner.path, help="a psl or laval folder: real samples on the air")
    parser.add_argument("--person", help="whose recordings (default: one that no shipped bundle was trained on)")
    parser.add_argument("--wearer", default="anna", help="the simulated wearer (anna)")
    parser.add_argument("--bundle", default="default", help="default or classic")
    parser.add_argument("--seconds", type=manner.positive, default=30.0, help="of running after calibration (30)")


def run(args: argparse.Namespace) -> int:
    row = _recorded(args) if args.source else _simulated(args)
    from myoedge.boards.demo_score import table

    manner.result(args, row, table(row))
    manner.say(args, NEXT)
    return 0


def _simulated(args: argparse.Namespace) -> dict[str, Any]:
    from myoedge.boards.demo import run_demo

    return run_demo(args.wearer, args.bundle, args.seconds, lambda text: manner.say(args, text))


def _recorded(args: argparse.Namespace) -> dict[str, Any]:
    from myoedge.boards.demo_played import Take, run_played
    from myoedge.export.data.takes import LONGEST_S, choose

    def taken(repetition: Any) -> Take:
        signals = {n: x[: round(LONGEST_S * repetition.rates[n])] for n, x in repetition.signals.items()}
        return Take(repetition.label, repetition.number, signals)

    who, first, later = choose(args.source, args.person)
    manner.say(args, f"{who}: real recorded samples as the virtual armband's packets")
    row = run_played([taken(r) for r in first], [taken(r) for r in later], args.bundle,
                     lambda text: manner.say(args, text))  # fmt: skip
    return {**row, "from": who}


NEXT = """
Where to go next:
  myoedge calibrate virtual:myo --profile anna      a guided minute, kept as a profile
  myoedge run virtual:myo --profile anna            events as JSON lines, until Ctrl-C
  myoedge scan; myoedge pair myo                    your own armband
  docs/api.md                                       ten lines of Python that do the same"""
