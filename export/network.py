"""A float network on disk: what a bundle is made from, and what every compression of it is judged against.

Two files side by side, `NAME.json` and `NAME.npz` (weights.py); in a folder of its own they are called
`network`. The folder of a finished run (supervised_run.py) is read as a network too. Fields of the JSON,
version 1:

    myoedge "network", v 1, name     of the recipe
    recipe                           the recipe's TOML as it was read, so that nothing else is needed to go on
    run {dataset, folds, fold, person, seed}      of one trained on windows; else null
    model {kind, ...}, inputs {NAME: [..]}, labels [..]
                                     build_model(**model, inputs=inputs, labels=len(labels)) makes it
    parameters, macs                 macs: multiply-adds of one window
    made [{how, ...}]                what was done, first to last: trained, pruned
    digest                           sha256 of model, inputs, labels and weights
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from myoedge.edge.errors import FormatError, NotThereError, UsageError
from myoedge.edge.places import write_atomically
from myoedge.export.models import build_model
from myoedge.export.models.cost import multiply_adds, parameters
from myoedge.export.recipe import Recipe, recipe_from_toml
from myoedge.export.supervised_recipe import KIND
from myoedge.export.supervised_run import RUN, Run, load_run
from myoedge.export.weights import READABLE, digest_of, load_weights, save_weights

if TYPE_CHECKING:
    from torch import nn

SHIPPED = Path(__file__).parent / "networks"  # of this package, by name
OWN = "network"  # the files' name in a folder of their own
_FIELDS = ("name", "recipe", "run", "model", "inputs", "labels", "parameters", "macs", "made", "digest")
_OF_RUN = ("dataset", "folds", "fold", "person", "seed")


@dataclass(frozen=True, slots=True, eq=False)
class FloatNetwork:
    """A network in float, judging, and what is known of it."""

    model: "nn.Module"
    row: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Of its recipe."""
        return str(self.row["name"])

    @property
    def digest(self) -> str:
        """Of what it computes."""
        return str(self.row["digest"])

    @property
    def by_windows(self) -> bool:
        """Whether it was trained to classify windows; else by episodes, for a bundle."""
        return bool(self.row["recipe"].get("kind") == KIND)

    @property
    def recipe(self) -> Recipe:
        """What it was trained by; raises UsageError for a network of window classification."""
        if self.by_windows:
            raise UsageError(f"{self.name} classifies windows; wanted a network trained for a bundle")
        return recipe_from_toml(self.row["recipe"])

    @property
    def inputs(self) -> dict[str, tuple[int, ...]]:
        """Shape of each input without the batch, in the order in which the network takes them."""
        return {name: tuple(shape) for name, shape in self.row["inputs"].items()}


def network_of(
    model: "nn.Module",
    recipe: Mapping[str, Any],
    options: Mapping[str, Any],
    inputs: Mapping[str, Sequence[int]],
    labels: Sequence[str],
    made: Sequence[Mapping[str, Any]],
    run: Mapping[str, Any] | None = None,
) -> FloatNetwork:
    """Describe a network; `recipe` is its TOML, `options` are build_model's, `made` what was done to it."""
    shapes = {name: list(shape) for name, shape in inputs.items()}
    zeros = {name: np.zeros((1, *shape), np.float32) for name, shape in shapes.items()}
    about = {"model": dict(options), "inputs": shapes, "labels": list(labels)}
    row = {
        "name": recipe["name"],
        "recipe": dict(recipe),
        "run": None if run is None else {name: run[name] for name in _OF_RUN},
        **about,
        "parameters": parameters(model),
        "macs": multiply_adds(model.eval(), zeros),
        "made": [dict(one) for one in made],
        "digest": digest_of(model, json.dumps(about)),
    }
    return FloatNetwork(model, row)


def save_network(path: Path, network: FloatNetwork) -> None:
    """Write both files: `path` without its ending, or `network.*` in it where it is a folder.

    The JSON comes last and holds the digest of the weights, so what is half written is never taken for whole.
    Raises StorageError.
    """
    described, weights = _files(path)
    save_weights(weights, network.model)
    text = json.dumps({"myoedge": "network", "v": 1, **network.row}, indent=1) + "\n"
    write_atomically(described, text.encode(), READABLE)


def load_network(name_or_path: str | Path) -> FloatNetwork:
    """One of this package by name, a file of the two, a folder that holds them, or a finished run's folder.

    Raises NotThereError, or FormatError for files that are damaged, not finite or do not belong together.
    """
    path = Path(name_or_path)
    if (SHIPPED / f"{name_or_path}.json").is_file() and "/" not in str(name_or_path):
        path = SHIPPED / f"{name_or_path}.json"
    if (path / RUN).is_file():
        return _of_run(load_run(path))
    described, weights = _files(path)
    if not described.is_file():
        known = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.json"))) or "none"
        raise NotThereError(
            f"no network {str(name_or_path)!r}; wanted one of this package ({known}), the folder or file "
            "that train or prune wrote, or a finished run"
        )
    row = _read(described)
    model = load_weights(weights, _built(row, described))
    about = {name: row[name] for name in ("model", "inputs", "labels")}
    if digest_of(model, json.dumps(about)) != row["digest"]:
        raise FormatError(f"{described} and {weights.name} do not belong together; make the network again")
    return FloatNetwork(model, row)


def _files(path: Path) -> tuple[Path, Path]:
    """JSON and weights."""
    stem = path / OWN if path.is_dir() else path
    name = stem.stem if stem.suffix in (".json", ".npz") else stem.name
    return stem.with_name(f"{name}.json"), stem.with_name(f"{name}.npz")


def _built(row: Mapping[str, Any], path: Path) -> "nn.Module":
    """As described, not filled."""
    try:
        inputs = {name: tuple(shape) for name, shape in row["inputs"].items()}
        return build_model(**row["model"], labels=len(row["labels"]), inputs=inputs)
    except (ValueError, TypeError, AttributeError) as error:
        raise FormatError(f"{path} describes a network that cannot be built ({error})") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        if row.pop("myoedge") != "network" or row.pop("v") != 1:
            raise ValueError("is of another kind or version, wanted network, version 1")
        if missing := [name for name in _FIELDS if name not in row]:
            raise ValueError(f"lacks {', '.join(missing)}")
        return dict(row)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"{path}: {error}; make the network again") from error


def _of_run(run: Run) -> FloatNetwork:
    row = run.row
    trained = {"how": "trained", "epochs": row["training"]["epochs"], "best": row["training"]["best"]}
    return network_of(run.model(), row["recipe"], row["model"], row["inputs"], row["labels"], [trained], row)
