"""`myoedge compare`: architectures, inputs and seeds against each other, fold by fold on Ray."""

import argparse
import os
from typing import Any

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge compare isonet-psl --root recordings --out comparison"
    parser.add_argument(
        "recipes", nargs="+", metavar="RECIPE", help="recipes of window classification, by name or .toml file"
    )
    manner.add_recordings(parser)
    parser.add_argument(
        "--out", type=manner.path, metavar="DIR", help="of runs and report; started again, it goes on there"
    )
    parser.add_argument("--workers", type=manner.count, help="folds at a time on this machine (its cores)")
    parser.add_argument("--address", help="a Ray cluster's, as ray://host:10001 or auto (this machine alone)")
    parser.add_argument("--here", action="store_true", help="one fold after the other, without Ray")
    parser.add_argument("--inputs", metavar="A,A+B", help="only these of the recipe's")
    parser.add_argument("--models", metavar="A,B", help="only these, as 'mlp linear,hierarchical attention'")
    parser.add_argument("--seeds", metavar="0,1", help="instead of the recipe's")


def run(args: argparse.Namespace) -> int:
    from pathlib import Path

    from myoedge.export.cache import default_cache
    from myoedge.export.compare.comparison import Crew, compare
    from myoedge.export.supervised_recipe import load_supervised

    recipes = [load_supervised(name) for name in args.recipes]
    out = args.out or Path("runs") / "-".join(recipe.name for recipe in recipes)
    workers = args.workers or len(os.sched_getaffinity(0))
    with manner.left_at_once():
        row = compare(
            recipes,
            args.root,
            out,
            args.cache or default_cache(),
            Crew(workers, args.address, args.here),
            _axes(args),
            lambda text: manner.say(args, text),
        )
    manner.result(args, row, _text(row))
    return 0


def _axes(args: argparse.Namespace) -> Any:
    from myoedge.edge.errors import UsageError
    from myoedge.export.supervised_recipe import Axes

    inputs, models, seeds = (
        text.split(",") if text else [] for text in (args.inputs, args.models, args.seeds)
    )
    if not all(seed.isdecimal() for seed in seeds):
        raise UsageError(f"--seeds met {args.seeds!r}, wanted whole numbers from 0, as 0,1,2")
    return Axes(
        tuple(tuple(one.split("+")) for one in inputs), tuple(models), tuple(int(seed) for seed in seeds)
    )


def _text(row: dict[str, Any]) -> str:
    lines: list[str] = []
    for part in row["parts"]:
        over = f"{len(part['people'])} people" if part["unit"] == "person" else "one person's repetitions"
        lines.append(f"{part['recipe']}: {part['dataset']} {part['folds']}, over {over}")
        lines.append(f"  {'':<36} {'by window':>24} {'by gesture':>24} {'kMACs':>8} {'s/fold':>7}")
        for one in part["rows"]:
            figures = "".join(f" {_share(one[which]):>24}" for which in ("window", "gesture"))
            lines.append(f"  {one['name']:<36}{figures} {one['macs'] / 1000:>8.0f} {one['wall_s']:>7.1f}")
        for pair in part["against"]:
            figures = ", ".join(f"{_points(pair[way])} by {way}" for way in ("window", "gesture"))
            lines.append(f"  {pair['second']} - {pair['first']}: {figures}")
    lines += [f"  left out: {text}" for text in row["skipped"][:8]]
    if len(row["skipped"]) > 8:
        lines.append(f"  left out: {len(row['skipped']) - 8} more, see comparison.json")
    lines.append(f"{row['out']}/report.html, table.csv, people.csv, pairs.csv")
    return "\n".join(lines)


def _points(one: dict[str, float]) -> str:
    return f"{100 * one['mean']:+.1f} [{100 * one['low']:+.1f}, {100 * one['high']:+.1f}]"


def _share(one: dict[str, float]) -> str:
    return f"{100 * one['mean']:.1f} [{100 * one['low']:.1f}, {100 * one['high']:.1f}]"
