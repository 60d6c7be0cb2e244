"""`myoedge forget`: no armband is remembered any more."""

import argparse

from myoedge.edge.errors import NotThereError
from myoedge.edge.settings import keep, load_settings
from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge forget"
    parser.add_argument("armband", nargs="?", help="only if it is this one")


def run(args: argparse.Namespace) -> int:
    kept = load_settings().armband
    if not kept or (args.armband and args.armband != kept):
        raise NotThereError(f"{args.armband or 'no armband'} is not remembered (kept: {kept or 'none'}); nothing to forget")
    where = keep(armband=None, radio=None)
    manner.result(args, {"forgot": kept, "settings": str(where)}, f"{kept} is forgotten")
    return 0
