"""`myoedge retrieve`: muscles asked in words and words in muscles, MyoSem beside its baselines."""

import argparse
from typing import Any

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "example: myoedge retrieve myosem --root recordings --out runs --splits user --models myosem"
    )
    parser.add_argument("recipe", help="a recipe of kind retrieval: its name or a .toml file")
    parser.add_argument(
        "--root", required=True, type=manner.path, metavar="DIR", help="holds one folder a data set"
    )
    parser.add_argument("--out", required=True, type=manner.path, help="results; what is there is kept")
    parser.add_argument("--splits", type=manner.names, metavar="A,B", help="only these of the recipe")
    parser.add_argument("--models", type=manner.names, metavar="A,B", help="only these of the recipe")
    parser.add_argument("--texts", type=manner.path, metavar="FILE.toml", help="your own actions too")


def run(args: argparse.Namespace) -> int:
    from myoedge.edge.sentence import SentenceEncoder
    from myoedge.export.actions.action import load_actions
    from myoedge.export.myosem.recipe import load_retrieval
    from myoedge.export.myosem.trial import compare

    recipe = load_retrieval(args.recipe)
    rows = compare(
        recipe,
        args.root,
        args.out,
        load_actions([args.texts] if args.texts else []),
        SentenceEncoder(),
        lambda text: manner.say(args, text),
        splits=args.splits or (),
        models=args.models or (),
    )
    manner.result(args, {"recipe": recipe.name, "rows": rows}, "\n".join(map(_line, rows)))
    return 0


def _line(row: dict[str, Any]) -> str:
    parts = [f"{row['split']:<14} {row['model']:<12}"]
    for name, pool in row["pools"].items():
        own, found = pool["people"], pool["muscles to text"]
        parts.append(
            f"{name} ({pool['actions']}): R@1 {100 * own['r@1']:.1f} [{100 * own['low']:.1f}, "
            f"{100 * own['high']:.1f}] % (chance {100 * found['chance']['r@1']:.1f})"
        )
    own = row["own set"].get("all people")
    if own:
        parts.append(f"within its own set {100 * own['r@1']:.1f} % (chance {100 * own['chance']:.1f})")
    return ", ".join(parts)
