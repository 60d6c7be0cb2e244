"""`myoedge quantize`: a float network by every quantiser, judged on people held out."""

import argparse
from typing import Any

from myoedge.verbs import manner

MAX_LOSS = 0.5  # points of macro-F1


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge quantize default --root recordings --out int8"
    parser.add_argument("network", help="default, what train or prune wrote, or the folder of a finished run")
    add_judged(parser)
    parser.add_argument(
        "--out",
        type=manner.path,
        metavar="DIR",
        help="for report.html and tradeoff.json (default: int8/NAME)",
    )


def add_judged(parser: argparse.ArgumentParser) -> None:
    """What is tried, on whom, and what it may cost."""
    parser.add_argument(
        "--root", required=True, type=manner.path, metavar="DIR", help="holds one unpacked folder a data set"
    )
    parser.add_argument("--methods", type=manner.names, metavar="A,B", help="only these quantisers")
    parser.add_argument(
        "--max-loss", type=manner.positive, default=MAX_LOSS, metavar="POINTS",
        help=f"of macro-F1 that int8 may lose ({MAX_LOSS})",
    )  # fmt: skip
    parser.add_argument(
        "--cache", type=manner.path, metavar="DIR", help="of windows (the user's cache folder)"
    )


def run(args: argparse.Namespace) -> int:
    from pathlib import Path

    from myoedge.export.cache import default_cache
    from myoedge.export.exam import exam_of
    from myoedge.export.network import load_network
    from myoedge.export.tradeoff import WINDOWS, methods_of, trade_off
    from myoedge.export.tradeoff_report import write_report

    def say(text: str) -> None:
        manner.say(args, text)

    methods = methods_of(args.methods)
    network = load_network(args.network)
    exam = exam_of(network, args.root, args.cache or default_cache(), WINDOWS, say)
    found = trade_off(network, exam, methods, args.max_loss, say)
    folder = args.out or Path("int8") / network.name
    files = write_report(found, folder)
    row = {**found.to_json(), "out": str(folder), "files": files}
    manner.result(args, row, _text(row))
    return 0


def _text(row: dict[str, Any]) -> str:
    lines = []
    for one in row["lines"]:
        lost = ", ".join(f"{way} {mine['loss_points']:+.2f}" for way, mine in one["ways"].items())
        lines.append(
            f"{one['name']:<26} {one['kb']:>7} kB {one['us']:>7} us {one['ratio']:>5.2f}  lost: {lost}"
        )
    lines += [f"{name}: no file: {why}" for name, why in row["failed"].items()]
    chosen = ", ".join(f"{engine} {name}" for engine, name in row["chosen"].items())
    return "\n".join(
        [*lines, f"chosen: {chosen or 'none keeps the limits'}", f"{row['out']}: {', '.join(row['files'])}"]
    )
