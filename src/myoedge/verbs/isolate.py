"""`myoedge isolate`: how much of a trained network's decision travels across modalities."""

import argparse
from typing import Any

from myoedge.verbs import manner

WINDOWS = 1000  # of each run: 40 s for four layers of width 64 on one core


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge isolate runs/isonet-psl/person1-seed0 --root recordings --out pathways"
    parser.add_argument(
        "run",
        nargs="+",
        type=manner.path,
        help="folders of finished runs of one architecture, as train writes",
    )
    manner.add_recordings(parser)
    parser.add_argument(
        "--out", type=manner.path, metavar="DIR", help="for CSV and report.html (default: RUN/isolate)"
    )
    parser.add_argument(
        "--windows", type=manner.count, default=WINDOWS, metavar="N", help=f"at most, of each run ({WINDOWS})"
    )
    parser.add_argument("--heads", action="store_true", help="each head of each layer by itself too; slower")


def run(args: argparse.Namespace) -> int:
    import torch

    from myoedge.export.cache import default_cache
    from myoedge.export.isolate.analysis import analyse
    from myoedge.export.isolate.figures import figures, summary
    from myoedge.export.isolate.report import write_page
    from myoedge.export.isolate.source import load_subject
    from myoedge.export.isolate.tables import write_tables

    def say(text: str) -> None:
        manner.say(args, text)

    torch.set_num_threads(1)
    cache = args.cache or default_cache()
    subjects = [load_subject(folder, args.root, cache, args.windows, say) for folder in args.run]
    found = analyse(subjects, args.heads, say)
    rows = figures(found)
    folder = args.out or args.run[0] / "isolate"
    folder.mkdir(parents=True, exist_ok=True)
    files = [*write_tables(found, rows, folder), write_page(found, rows, folder)]
    row = {**summary(found, rows), "out": str(folder), "files": files}
    manner.result(args, row, _text(row))
    return 0


def _text(row: dict[str, Any]) -> str:
    lines = [
        f"{row['over']}, {row['windows']} windows of {', '.join(row['modalities'])}: "
        f"accuracy {_said(row['accuracy'])}"
    ]
    for measure, places in row["share_cross"].items():
        shares = ", ".join(f"{where} {_said(share)}" for where, share in places.items() if share["value"])
        lines.append(f"  share across, {measure}: {shares or '-'}")
    return "\n".join([*lines, row["advice"], f"{row['out']}: {', '.join(row['files'])}"])


def _said(share: dict[str, Any]) -> str:
    if share["value"] is None:
        return "-"
    bounds = "" if share["low"] is None else f" [{100 * share['low']:.1f}, {100 * share['high']:.1f}]"
    return f"{100 * share['value']:.1f} %{bounds}"
