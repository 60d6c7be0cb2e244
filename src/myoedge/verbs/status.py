"""`myoedge status`: what runs here, with battery and link quality."""

import argparse

from myoedge.edge.control import ask
from myoedge.edge.errors import NotThereError
from myoedge.edge.owner import owned
from myoedge.edge.settings import load_settings
from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge status --json"
    parser.add_argument("armband", nargs="?", help="only this one")


def run(args: argparse.Namespace) -> int:
    names = [args.armband] if args.armband else owned()
    rows = []
    for name in names:
        try:
            rows.append({k: v for k, v in ask(name, "status").items() if k != "ok"})
        except NotThereError:
            if args.armband:
                raise
    kept = load_settings().armband
    text = "\n".join(_line(row) for row in rows) or "no armband is running here"
    manner.result(args, {"running": rows, "remembered": kept}, f"{text}\nremembered: {kept or 'none'}")
    return 0


def _line(row: dict[str, object]) -> str:
    counters, latency = row["counters"], row["latency_ms"]
    return (
        f"{row['armband']}: bundle {row['bundle']} on {row['engine'] or 'no engine'}, profile {row['profile']}, "
        f"battery {row['battery']} %, {counters['decisions']} decisions, "  # type: ignore[index]
        f"{counters['lost_samples']} samples lost, {latency['p50']:.2f} ms arrival to event"  # type: ignore[index]
    )
