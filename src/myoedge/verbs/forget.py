"""`myoedge forget`: no armband is remembered any more."""

import argparse

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge forget"
    parser.add_argument("armband", nargs="?", help="only if it is this one")


def run(args: argparse.Namespace) -> int:
    from myoedge.edge.errors import NotThereError
    from myoedge.edge.settings import keep, load_settings

    kept = load_settings().armband
    if not kept:
        raise NotThereError("no armband is remembered; nothing to forget")
    if args.armband and args.armband != kept:
        raise NotThereError(f"{args.armband} is not remembered, {kept} is; forget that one")
    where = keep(armband=None, radio=None)
    manner.result(args, {"forgot": kept, "settings": str(where)}, f"{kept} is forgotten")
    return 0
