"""`myoedge train`: recordings and a recipe to a measured int8 bundle."""

import argparse
from typing import TYPE_CHECKING

from myoedge.verbs import manner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from myoedge.edge.bundle import Bundle
    from myoedge.export.golden import Signals
    from myoedge.export.recipe import Recipe

WEARERS = ("goran", "hana", "ines", "jonas")  # whose simulated signals the golden vectors are
HELD_S = 1.0  # of every gesture
RATE_HZ, IMU_RATE_HZ = 200, 50


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge train default --root recordings --out my-bundle"
    parser.add_argument(
        "recipe",
        help="default, classic, a recipe's .toml file, or words or people: into a bundle that is there",
    )
    parser.add_argument(
        "--root", required=True, type=manner.path, metavar="DIR", help="holds one unpacked folder a data set"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--out", type=manner.path, metavar="DIR", help="the bundle's folder (default: bundles/RECIPE)"
    )
    where.add_argument(
        "--ship", action="store_true", help="into this package itself, trusted from now on; for a checkout"
    )
    windows = parser.add_argument_group("a recipe of window classification (docs/training.md)")
    windows.add_argument("--fold", action="append", default=[], help="only this fold; may repeat")
    windows.add_argument("--inputs", type=manner.names, metavar="A,B", help="only these modalities")
    windows.add_argument("--seed", type=int, help="instead of the recipe's")
    manner.add_cache(windows)


def run(args: argparse.Namespace) -> int:
    from myoedge.export.supervised_recipe import is_supervised

    return _run_windows(args) if is_supervised(args.recipe) else _run_bundle(args)


def _run_windows(args: argparse.Namespace) -> int:
    from pathlib import Path

    from myoedge.edge.errors import UsageError
    from myoedge.export.cache import default_cache
    from myoedge.export.compare.comparison import root_of
    from myoedge.export.supervised_recipe import load_supervised
    from myoedge.export.supervised_train import Asked, text_of, train_windows

    recipe = load_supervised(args.recipe)
    if args.ship:
        raise UsageError(f"{recipe.name} makes runs, no bundle: --ship is for the recipe of a bundle")
    row = train_windows(
        recipe,
        root_of(args.root, recipe.data.dataset),
        args.out or Path("runs") / recipe.name,
        args.cache or default_cache(),
        Asked(tuple(args.fold), args.inputs or (), args.seed),
        lambda text: manner.say(args, text),
    )
    manner.result(args, row, text_of(row))
    return 0


def _run_bundle(args: argparse.Namespace) -> int:
    from pathlib import Path

    from myoedge.edge.bundle import SHIPPED
    from myoedge.edge.trust import sign_made_here
    from myoedge.export.build import build_bundle, build_classic
    from myoedge.export.network import SHIPPED as NETWORKS
    from myoedge.export.package import ship
    from myoedge.export.people_package import add_people
    from myoedge.export.recipe import load_recipe
    from myoedge.export.words_package import add_words

    classic, words, people = (args.recipe == name for name in ("classic", "words", "people"))
    recipe = load_recipe("default" if classic or words or people else args.recipe)
    name = "classic" if classic else recipe.name
    folder = SHIPPED / name if args.ship else args.out or Path("bundles") / name
    kept = NETWORKS / name if args.ship else folder.with_name(f"{folder.name}-network")

    def say(text: str) -> None:
        manner.say(args, text)

    if classic:
        digest = build_classic(recipe, args.root, folder, say)
    elif not words and not people:
        digest = build_bundle(recipe, args.root, simulated(), folder, kept, say)
        digest = add_learned(folder, recipe, args.root, digest, None, say)
    if words:
        digest = add_words(folder, args.root, say)
    if people:
        digest = add_people(folder, args.root, say)
    if args.ship:
        ship({name: digest})
    trust = "shipped" if args.ship else sign_made_here(folder, say)
    row = {"bundle": str(folder), "digest": digest, "shipped": args.ship, "trust": trust}
    manner.result(args, row, f"{folder}: sha256:{digest[:12]}")
    if not args.ship:
        say(_next(folder, trust))
    return 0


def add_learned(
    folder: "Path",
    recipe: "Recipe",
    root: "Path",
    digest: str,
    kept: "Bundle | None",
    say: "Callable[[str], None]",
) -> str:
    """What tells words and people, where the recipe wants it, learned or out of `kept`; the new digest."""
    from myoedge.export.keep import keep_learned
    from myoedge.export.people_package import add_people
    from myoedge.export.words_package import add_words

    if kept is not None:
        return keep_learned(folder, kept)
    if not recipe.words:
        return digest
    add_words(folder, root, say)
    return add_people(folder, root, say)


def _next(folder: "Path", trust: str) -> str:
    """What can be done with a bundle made here, and how soon it can react where that is later than usual."""
    from myoedge.edge.budget import make_budget
    from myoedge.edge.bundle import load_bundle
    from myoedge.edge.errors import BudgetError
    from myoedge.edge.trust import UNSIGNED

    asked = " --unsigned" if trust == UNSIGNED else ""
    lines = [f"try it: myoedge calibrate virtual:myo --profile me --bundle {folder}{asked}"]
    try:
        make_budget(load_bundle(folder))
    except BudgetError as error:
        lines.append(f"note: {error}")
    return "\n".join(lines)


def simulated() -> "list[Signals]":
    """Every gesture of some simulated wearers, EMG and IMU from the same start."""
    import numpy as np

    from myoedge.firmware_bridge.wearer import make_wearer

    found: list[Signals] = []
    for seed, name in enumerate(WEARERS):
        wearer = make_wearer(name, rate_hz=RATE_HZ, imu_rate_hz=IMU_RATE_HZ, seed=seed)
        emg, imu = [], []
        for gesture in wearer.gestures:
            wearer.perform(gesture)
            emg.append(wearer.emg(round(HELD_S * RATE_HZ)))
            imu.append(wearer.imu(round(HELD_S * IMU_RATE_HZ)))
        found.append({"emg": np.concatenate(emg), "imu": np.concatenate(imu)})
    return found
