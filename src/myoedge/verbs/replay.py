"""`myoedge replay`: the events of a recording, byte for byte the same each time."""

import argparse

from myoedge.verbs import manner
from myoedge.verbs import run as running


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge replay session.jsonl --profile anna > events.jsonl"
    parser.add_argument("file", help="a recording (.jsonl or .jsonl.gz)")
    parser.add_argument(
        "--timed", action="store_true", help="at the recording's pace, with real times and deadlines"
    )
    parser.add_argument("--budget-ms", type=manner.positive, help="reaction time allowed (default 150)")
    manner.add_bundle(parser)
    running.add_output(parser)


def run(args: argparse.Namespace) -> int:
    pace = "?pace=live" if args.timed else ""
    return running.run_address(args, f"recording:{args.file}{pace}", "bluez")
