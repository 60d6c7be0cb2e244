"""A recipe of retrieval: which sets, splits and models, and how each is trained."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.export.data.table import DATASETS
from myoedge.export.myosem.alignment import Weights
from myoedge.export.myosem.baselines import BASELINES
from myoedge.export.myosem.batch import Augment
from myoedge.export.myosem.encoder import PATCH, RATE_HZ, EncoderPlan
from myoedge.export.myosem.model import Plan
from myoedge.export.myosem.queries import QueryPlan
from myoedge.export.myosem.train import Schedule
from myoedge.export.recipe import RECIPES

KIND = "retrieval"
OWN, CLOSED = "myosem", "closed set"
_TABLES = ("encoder", "queries", "loss", "augment", "training")
_TOP = ("name", "kind", "seed", "sets", "window_ms", "hop_ms", "splits", "models", *_TABLES)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetrievalRecipe:
    """All that a comparison of retrievals is made from, but recordings and texts."""

    name: str
    seed: int
    sets: tuple[str, ...]
    window_ms: float
    hop_ms: float
    splits: tuple[str, ...]
    models: tuple[str, ...]
    plan: Plan
    loss: Weights
    augment: Augment
    training: Schedule
    row: Mapping[str, Any]


def load_retrieval(name_or_path: str | Path) -> RetrievalRecipe:
    """A recipe of this package by name, or a file; raises NotThereError or FormatError."""
    path = RECIPES / f"{name_or_path}.toml"
    if "/" in str(name_or_path) or not path.is_file():
        path = Path(name_or_path)
    if not path.is_file():
        raise NotThereError(f"no recipe {str(name_or_path)!r}; wanted a .toml file, or myosem")
    try:
        return _read(tomllib.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise FormatError(f"{path.name}: {error}; recipes/myosem.toml shows every field") from error


def _read(row: Mapping[str, Any]) -> RetrievalRecipe:
    for name in row:
        if name not in _TOP:
            raise ValueError(f"met the key {name!r}, wanted one of {', '.join(_TOP)}")
    if row.get("kind") != KIND:
        raise ValueError(f"met kind {row.get('kind')!r}, wanted {KIND!r}")
    window_ms, seed = float(row["window_ms"]), int(row["seed"])
    samples = round(window_ms * RATE_HZ / 1000)
    if samples < 2 * PATCH or samples % PATCH:
        step = PATCH * 1000 / RATE_HZ
        raise ValueError(f"met window_ms = {window_ms:g}, wanted {2 * step:g} or more, in steps of {step:g}")
    encoder = _table(EncoderPlan, {"samples": samples, **row["encoder"]}, "encoder")
    recipe = RetrievalRecipe(
        name=str(row["name"]),
        seed=seed,
        sets=tuple(map(str, row["sets"])),
        window_ms=window_ms,
        hop_ms=float(row["hop_ms"]),
        splits=tuple(map(str, row["splits"])),
        models=tuple(map(str, row["models"])),
        plan=Plan(encoder, _table(QueryPlan, row["queries"], "queries")),
        loss=_table(Weights, row["loss"], "loss"),
        augment=_table(Augment, row["augment"], "augment"),
        training=_table(Schedule, {"seed": seed, **row["training"]}, "training"),
        row=row,
    )
    _check(recipe)
    return recipe


def _check(recipe: RetrievalRecipe) -> None:
    for what, met, known in (
        ("sets", recipe.sets, tuple(DATASETS)),
        ("models", recipe.models, (OWN, CLOSED, *BASELINES)),
    ):
        if unknown := [one for one in met if one not in known]:
            raise ValueError(f"{what} met {unknown[0]!r}, wanted some of {', '.join(known)}")
    if not recipe.hop_ms > 0:
        raise ValueError(f"met hop_ms = {recipe.hop_ms:g}, wanted more than 0")


def _table(kind: type[T], row: Mapping[str, Any], where: str) -> T:
    known = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    for name in row:
        if name not in known:
            raise ValueError(f"[{where}] met the key {name!r}, wanted one of {', '.join(known)}")
    return kind(**row)
