"""One comparison: every model on every split, one result a file; what is there already is not done again."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from myoedge.edge.errors import FormatError, StorageError, UsageError
from myoedge.export.actions.action import Actions
from myoedge.export.myosem.baseline import Baseline, ClosedSet
from myoedge.export.myosem.baselines import build_baseline
from myoedge.export.myosem.model import MyoSem
from myoedge.export.myosem.queries import QueryPlan
from myoedge.export.myosem.recipe import CLOSED, OWN, RetrievalRecipe
from myoedge.export.myosem.retrieve import embed_split, report, set_alone
from myoedge.export.myosem.seats import find_seats
from myoedge.export.myosem.split import split
from myoedge.export.myosem.train import train
from myoedge.export.myosem.union import Union, read_union
from myoedge.export.myosem.vectors import Encode, vectors_of

Say = Callable[[str], None]
VERSION = 1
CLASSIFIER = "patch"  # whose encoder the closed-set classifier has


def compare(
    recipe: RetrievalRecipe,
    root: Path,
    out: Path,
    actions: Actions,
    encode: Encode,
    say: Say,
    *,
    splits: Sequence[str] = (),
    models: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Rows of every split and model; `splits`, `models` narrow the recipe's.

    `root` holds a folder a set. Raises what loading and splitting raise, UsageError for a split or model that
    the recipe has not, StorageError where `out` cannot be written.
    """
    chosen = [_narrowed("splits", recipe.splits, splits), _narrowed("models", recipe.models, models)]
    union = read_union(recipe.sets, root, actions, window_ms=recipe.window_ms, hop_ms=recipe.hop_ms, say=say)
    vectors = vectors_of(union.actions, actions, encode)
    rows = []
    for scheme in chosen[0]:
        for name in chosen[1]:
            path = out / f"{scheme.replace(':', '-')}_{name.replace(' ', '-')}.json"
            row = _finished(path, recipe)
            if row is None:
                say(f"{scheme}, {name}: training")
                row = _trial(recipe, union, scheme, name, vectors, say)
                _keep(path, row)
            rows.append(row)
    return rows


def _narrowed(what: str, there: Sequence[str], asked: Sequence[str]) -> Sequence[str]:
    if unknown := [one for one in asked if one not in there]:
        raise UsageError(f"{what}: met {unknown[0]!r}, the recipe has {', '.join(there)}")
    return asked or there


def _trial(
    recipe: RetrievalRecipe,
    union: Union,
    scheme: str,
    name: str,
    vectors: NDArray[np.float32],
    say: Say,
) -> dict[str, Any]:
    apart = split(union, scheme, recipe.seed)
    seats = find_seats(union, apart)
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    model = build(recipe, name, vectors)
    told: Say = lambda text: say(f"{scheme}, {name}: {text}")  # noqa: E731
    looks = train(model, union, apart, seats, vectors, recipe.training, recipe.loss, recipe.augment, told)
    asked = embed_split(model, union, apart, seats, vectors)
    return {
        "myoedge": "retrieval",
        "v": VERSION,
        "recipe": dict(recipe.row),
        "split": scheme,
        "model": name,
        "parameters": sum(p.numel() for p in model.parameters()),
        "looks": looks,
        "actions": list(union.actions),
        "unseen": [union.actions[place] for place in apart.unseen],
        "set alone": set_alone(asked, union),
        **report(asked, union, apart),
    }


def build(recipe: RetrievalRecipe, name: str, vectors: NDArray[np.float32]) -> nn.Module:
    """An untrained model of the recipe."""
    if name == OWN:
        return MyoSem(recipe.plan, vectors.shape[-1])
    if name == CLOSED:
        space = QueryPlan().space
        return ClosedSet(build_baseline(CLASSIFIER, space), len(vectors), space)
    return Baseline(name, vectors.shape[-1])


def _finished(path: Path, recipe: RetrievalRecipe) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        row: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FormatError(f"{path} cannot be read ({error}); delete it, it is made again") from error
    if row.get("v") != VERSION or row.get("recipe") != dict(recipe.row):
        raise UsageError(f"{path} is of another recipe; use another --out")
    return row


def _keep(path: Path, row: dict[str, Any]) -> None:
    place = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")
        place.replace(path)
    except OSError as error:
        place.unlink(missing_ok=True)
        raise StorageError(f"cannot write {path}: {error.strerror}; use another --out") from error
