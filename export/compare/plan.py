"""Recipes to jobs: inputs x architecture x fusion x folds x seeds, and the folder of each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from myoedge.edge.errors import UsageError
from myoedge.export.cache import Cached
from myoedge.export.data.fold import Fold
from myoedge.export.supervised_data import make_folds
from myoedge.export.supervised_recipe import Axes, Network, SupervisedRecipe, network_of
from myoedge.export.supervised_run import Job

T = TypeVar("T")
ALONE = "linear"  # the word for a single modality, where both fusions are one and the same network


@dataclass(frozen=True, slots=True)
class Plan:
    """All jobs of one recipe, and what was left out of its folds."""

    jobs: tuple[Job, ...]
    skipped: tuple[str, ...]


def plan(recipe: SupervisedRecipe, cached: Cached, only: Axes | None = None) -> Plan:
    """Every job of the recipe's axes; `only` narrows them. Raises UsageError where nothing is left."""
    only = only or Axes()
    inputs = _narrowed("inputs", recipe.compare.inputs or (tuple(recipe.front.modalities),), only.inputs)
    own = f"{recipe.model.kind} {recipe.model.fusion}"
    models = _narrowed("models", recipe.compare.models or (own,), only.models)
    seeds = only.seeds or recipe.compare.seeds or (recipe.seed,)
    folds, skipped = make_folds(recipe, cached)
    networks = [(ins, one) for ins in inputs for one in _networks(models, ins)]
    jobs = [
        Job(recipe, fold.name, ins, network, seed)
        for ins, network in networks
        for seed in seeds
        for fold in folds
    ]
    return Plan(tuple(jobs), tuple(skipped))


def jobs_of_one(
    recipe: SupervisedRecipe, folds: Sequence[Fold], inputs: Sequence[str], seed: int
) -> list[Job]:
    """The recipe's own network on these folds."""
    fusion = recipe.model.fusion if len(inputs) > 1 else ALONE
    network = Network(recipe.model.kind, fusion)
    return [Job(recipe, fold.name, tuple(inputs), network, seed) for fold in folds]


def folder_of(job: Job) -> Path:
    """Where a job's run lies below the comparison's folder."""
    return Path(_plain(job.recipe.name), "+".join(job.inputs), network_name(job.network), run_name(job))


def run_name(job: Job) -> str:
    """Of fold and seed."""
    return f"{_plain(job.fold)}-seed{job.seed}"


def network_name(network: Network) -> str:
    return f"{network.kind}-{network.fusion}"


def _networks(models: Sequence[str], inputs: Sequence[str]) -> list[Network]:
    """Each network once: with one modality there is nothing to fuse."""
    found = [network_of(text) for text in models]
    if len(inputs) == 1:
        found = [Network(one.kind, ALONE) for one in found]
    return list(dict.fromkeys(found))


def _narrowed(name: str, there: Sequence[T], asked: Sequence[T]) -> Sequence[T]:
    if unknown := [one for one in asked if one not in there]:
        raise UsageError(f"{name}: met {unknown[0]!r}, wanted some of {', '.join(map(repr, there))}")
    return asked or there


def _plain(name: str) -> str:
    """A fold's name as a folder's."""
    return re.sub(r"[^\w.,+-]+", "_", name)
