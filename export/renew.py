"""A bundle that is there with its prior made again and all of it measured again; the network stays as it is.

python -m myoedge.export.renew default --root DIR [--ship]
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from myoedge.edge.bundle import SHIPPED, load_bundle, write_bundle
from myoedge.edge.engines import load_engine
from myoedge.edge.trust import sign_made_here
from myoedge.export.build import measured, reaction_of
from myoedge.export.card import card
from myoedge.export.golden import pack
from myoedge.export.package import prior_arrays, ship
from myoedge.export.prior import population_pool
from myoedge.export.reaction import new_share
from myoedge.export.recipe import Recipe, load_recipe

PRIOR, CARD = "prior.npz", "CARD.md"


def renew(folder: Path, recipe: Recipe, root: Path, say: Callable[[str], None]) -> str:
    """Rewrite the bundle in `folder`; returns its new digest.

    The float network is not in a bundle, so what only it can tell is left out of the card. Raises what
    `population_pool` raises.
    """
    bundle = load_bundle(folder)
    engine, _ = load_engine(bundle)
    arrays = prior_arrays(recipe, population_pool(recipe, root, say), engine)
    row = json.loads(bundle.files["bundle.json"])
    files = {**bundle.files, PRIOR: pack(arrays)}
    for name in ("myoedge", "v", "files"):
        row.pop(name)
    del files["bundle.json"]
    with tempfile.TemporaryDirectory() as draft:  # others may read `folder` meanwhile
        write_bundle(Path(draft), row, files)
        renewed = load_bundle(draft)
    reaction = reaction_of(recipe, root, renewed, engine)
    accuracy = {
        name: one
        for test in recipe.tests
        for name, one in measured(replace(test, compare=False), {}, renewed, engine, root, say)
    }
    row["metrics"] |= {"reaction": reaction, "accuracy": accuracy}
    row["new_share"] = new_share(reaction)
    return write_bundle(folder, row, {**files, CARD: card(row).encode()})


def main(argv: Sequence[str] | None = None) -> int:
    """The command of the first line."""
    parser = argparse.ArgumentParser(prog="python -m myoedge.export.renew", description=__doc__)
    parser.add_argument("bundle", help="a folder, or with --ship a bundle of this package by name")
    parser.add_argument("--root", required=True, type=Path, help="one unpacked folder a data set, by its key")
    parser.add_argument("--recipe", default="default", help="what the bundle was made by")
    parser.add_argument("--ship", action="store_true", help="into this package, trusted from now on")
    args = parser.parse_args(argv)
    folder = SHIPPED / args.bundle if args.ship else Path(args.bundle)
    say = lambda text: print(text, file=sys.stderr, flush=True)  # noqa: E731
    digest = renew(folder, load_recipe(args.recipe), args.root, say)
    if args.ship:
        ship({args.bundle: digest})
    else:
        sign_made_here(folder, say)
    print(f"{folder}: sha256:{digest[:12]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
