"""`myoedge status`: what runs here, with battery and link quality."""

import argparse
from typing import Any

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge status --json"
    parser.add_argument("armband", nargs="?", help="only this one")


def run(args: argparse.Namespace) -> int:
    from myoedge.edge.control import ask
    from myoedge.edge.settings import load_settings

    rows = [ask(args.armband, "status")] if args.armband else _all()
    kept = load_settings().armband
    text = "\n".join(_line(row) for row in rows) or "no armband is running here"
    manner.result(args, {"running": rows, "remembered": kept}, f"{text}\nremembered: {kept or 'none'}")
    return 0


def _all() -> list[dict[str, Any]]:
    from myoedge.edge.control import ask_at
    from myoedge.edge.errors import NotThereError
    from myoedge.edge.owner import owned

    rows: dict[str, dict[str, Any]] = {}
    for path in owned():
        try:
            row = ask_at(path, "status")
        except NotThereError:
            continue  # its owner was killed
        rows[row["armband"]] = row  # one that was found by its kind listens by its address too
    return list(rows.values())


def _line(row: dict[str, Any]) -> str:
    counters, p50 = row["counters"], row["latency_ms"]["p50"]
    battery = "unknown" if row["battery"] is None else f"{row['battery']} %"
    latency = "" if p50 is None else f", {p50:.2f} ms arrival to event"
    return (
        f"{row['armband']}: bundle {row['bundle']} on {row['engine'] or 'no engine'}, profile "
        f"{row['profile'] or 'none'}, battery {battery}, {counters['decisions']} decisions, "
        f"{counters['lost_samples']} samples lost{latency}"
    )
