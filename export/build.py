"""One command's work: recordings and a recipe to a finished, measured bundle."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.edge.engines import Engine, load_engine
from myoedge.export.data.repetition import LoadedDataset
from myoedge.export.data.table import DATASETS, load
from myoedge.export.evaluate import evaluate
from myoedge.export.golden import Signals
from myoedge.export.network import FloatNetwork, save_network
from myoedge.export.package import Draft, prior_arrays, write, write_classic
from myoedge.export.pool import Pool, fill_pool
from myoedge.export.prior import population_pool
from myoedge.export.reaction import ASSUMED, Reaction, measure_reaction, new_share
from myoedge.export.recipe import Recipe, Trial
from myoedge.export.train import train_model, trained_network

Say = Callable[[str], None]
REACTION = "myo-uci"  # whose unseen people turn from one gesture to the next


def build_bundle(
    recipe: Recipe, root: Path, wearers: Sequence[Signals], folder: Path, kept: Path, say: Say
) -> str:
    """Train, quantise, measure and write; returns the digest. `wearers`: signals for the golden vectors.

    The float network is written to `kept` as soon as it is trained (network.py), the pruned one of a recipe
    that wants it as `kept`-pruned, and `make.py` goes on from there. Raises NotThereError when a training set
    is missing, ParityError when int8 costs too much. Sets that are only tested on may be missing: then their
    figures are too.
    """
    from myoedge.export.make import make_bundle

    pool = fill_pool(recipe, root, say)
    say(f"{len(pool.emg)} windows of {len(pool.groups)} groups, {len(pool.held_out)} held out")
    model, looks = train_model(recipe, pool, say)
    network = trained_network(recipe, pool, model, looks)
    save_network(kept, network)
    if recipe.prune is not None:
        network = _pruned(network, recipe, recipe.prune, pool, say)
        save_network(kept.with_name(f"{kept.name}-pruned"), network)
    return make_bundle(network, root, wearers, folder, say).digest


def _pruned(network: FloatNetwork, recipe: Recipe, share: float, pool: Pool, say: Say) -> FloatNetwork:
    """The network as `prune` makes it, without its report."""
    from myoedge.export.prune.prune import Asked, prune
    from myoedge.export.prune.task import Episodes

    return prune(network, Episodes(network, recipe, pool, None), Asked(share, engines=()), say).network


def package(draft: Draft, recipe: Recipe, network: FloatNetwork, root: Path, folder: Path, say: Say) -> str:
    """Measure a bundle and write it; returns the digest."""
    bundle = draft.load()
    engine, _ = load_engine(bundle)
    if not (folder / "bundle.json").is_file():  # whoever interrupts the measuring keeps what was made
        write(draft, {}, ASSUMED, folder)
    reaction = reaction_of(recipe, root, bundle, engine)
    say(_said(reaction))
    accuracy = {
        name: one
        for test in recipe.tests
        for name, one in measured(test, draft.floats, bundle, engine, root, say)
    }
    metrics = {
        "reaction": reaction,
        "accuracy": accuracy,
        "parameters": network.row["parameters"],
        "multiply_adds": network.row["macs"],
    }
    return write(draft, metrics, new_share(reaction), folder)


def build_classic(recipe: Recipe, root: Path, folder: Path, say: Say) -> str:
    """The bundle without a network: its prior and how fast it turns; returns the digest."""
    prior = prior_arrays(recipe, population_pool(recipe, root, say), None)
    write_classic(prior, None, folder)
    reaction = reaction_of(recipe, root, load_bundle(folder), None)
    say(_said(reaction))
    return write_classic(prior, reaction, folder)


def _said(reaction: Reaction) -> str:
    rows = [f"{100 * one['median']:.0f} % {kind}" for kind, one in reaction.items()] or [
        f"not measured, nobody held out has a later session; taken as {100 * ASSUMED:.0f} %"
    ]
    return f"a decision turns when so much of the window is new (median): {', '.join(rows)}"


def reaction_of(recipe: Recipe, root: Path, bundle: Bundle, engine: Engine | None) -> Reaction:
    """Of the unseen of REACTION, else of the people that the recipe holds out; empty where there are none."""
    held_out = [source for source in recipe.sources if source.held_out]
    if (root / REACTION).is_dir():
        loaded = load(REACTION, root / REACTION, DATASETS[REACTION].unseen)
    elif held_out:
        loaded = load(held_out[0].dataset, held_out[0].folder(root), held_out[0].held_out)
    else:
        return {}
    return measure_reaction(bundle, engine, loaded)


def measured(
    test: Trial, floats: Mapping[str, Engine], bundle: Bundle, engine: Engine | None, root: Path, say: Say
) -> list[tuple[str, dict[str, Any]]]:
    """Accuracy of int8, float and classic on one test of the recipe; nothing where the set is not there."""
    folder = test.folder(root)
    if not folder.is_dir():
        say(f"{test.path or test.dataset} is not in {root}: not measured")
        return []
    spec = DATASETS[test.dataset]
    loaded = load(test.dataset, folder, spec.unseen if test.unseen else None)
    if test.people:
        kept = tuple(r for r in loaded.repetitions if r.person.startswith(test.people))
        loaded = LoadedDataset(loaded.spec, kept, loaded.skipped, loaded.notes)
    found: dict[str, Any] = {"protocol": test.protocol}
    for kind, subject, runs in (
        ("int8", bundle, engine),
        ("float", bundle, next(iter(floats.values()), None)),
        ("classic", load_bundle("classic"), None),
    ):
        if kind == "float" and not (test.compare and floats):
            continue
        found[kind] = summary(evaluate(subject, runs, loaded, test.protocol))
        say(f"{test.name}, {test.protocol}: {kind} {100 * found[kind]['mean']:.2f} %")
    return [(test.name + "; " + test.protocol, found)]


def summary(result: Mapping[str, Any]) -> dict[str, float]:
    """Mean and worst person of an evaluation."""
    people = [one["accuracy"] for one in result["people"].values()]
    return {"mean": round(sum(people) / len(people), 4), "worst": round(min(people), 4)}
