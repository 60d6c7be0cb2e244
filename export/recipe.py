"""A recipe: the TOML that says what bundle to make, from which data, with which network and training."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.edge.modality import ModalitySpec, modality_from_json

RECIPES = Path(__file__).parent / "recipes"


@dataclass(frozen=True, slots=True)
class RecipeFront:
    """What of the recipe enters bundle.json unchanged: stops 5 and 6 and the network's inputs."""

    row: Mapping[str, Any]
    modalities: Mapping[str, ModalitySpec]
    clock: str
    hop_ms: float
    max_gap_ms: float
    features: tuple[str, ...]
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One data set of the training."""

    dataset: str
    path: str = ""  # of its folder below the root; empty: its key
    weight: float = 1.0  # how often episodes come from it
    days: int = 0  # sessions that one episode may mix; 0: all of a person's
    held_out: tuple[str, ...] = ()  # people that tell when to stop

    def folder(self, root: Path) -> Path:
        """Where it is."""
        return root / (self.path or self.dataset)


@dataclass(frozen=True, slots=True)
class Training:
    """How long and how fast."""

    steps: int
    episodes: int
    rate: float
    decay: float
    hop_ms: float
    every: int


@dataclass(frozen=True, slots=True)
class Trial:
    """One line of the card's table of accuracies."""

    name: str
    dataset: str
    protocol: str
    people: str = ""  # what their names begin with; empty: all
    unseen: bool = False  # only the people the table keeps unseen
    compare: bool = False  # with the float network too
    path: str = ""  # of the set's folder below the root; empty: its key

    def folder(self, root: Path) -> Path:
        """Where the set is."""
        return root / (self.path or self.dataset)


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that a bundle is made from, but the recordings."""

    name: str
    seed: int
    labels: tuple[str, ...]
    network_spread: float  # other people's covariance of the network's block times this enters the prior
    front: RecipeFront
    model: Mapping[str, Any]
    training: Training
    sources: tuple[Source, ...]
    tests: tuple[Trial, ...]
    words: bool = False  # whether the bundle learns, from myo-psl, to tell words that wearers teach
    prune: float | None = (
        None  # share of the multiply-adds that the bundle's network keeps; None, 1 in the file: all
    )
    row: Mapping[str, Any] = field(default_factory=dict, repr=False)  # the TOML, its base laid under it


_KEYS = {"base", "data"} | {one.name for one in fields(Recipe)} - {"sources", "row"}


def load_recipe(name_or_path: str | Path) -> Recipe:
    """A recipe of this package by name, or a file; raises NotThereError or FormatError.

    A file that says `base = "own"` holds only what differs from that recipe of this package.
    """
    path = RECIPES / f"{name_or_path}.toml"
    if "/" in str(name_or_path) or not path.is_file():
        path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in RECIPES.glob("*.toml")))
        raise NotThereError(f"no recipe {str(name_or_path)!r}; wanted a .toml file or one of {known}")
    try:
        row = _read(path)
        if "base" in row:
            row = _over(_read(RECIPES / f"{row['base']}.toml"), row)
        return recipe_from_toml(row)
    except OSError as error:
        raise FormatError(f"{path}: its base {error.filename} is no recipe of this package") from error
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(
            f"{path} lacks or misstates {error}; recipes/default.toml shows every field"
        ) from error


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _over(base: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """`row` laid over `base`: tables are joined, everything else is replaced."""
    joined = {
        name: _over(base[name], value)
        if isinstance(value, dict) and isinstance(base.get(name), dict)
        else value
        for name, value in row.items()
    }
    return {**base, **joined}


def recipe_from_toml(row: Mapping[str, Any]) -> Recipe:
    """Read a recipe; raises KeyError, TypeError or ValueError."""
    if strange := sorted(set(row) - _KEYS):
        raise ValueError(f"the key {strange[0]!r}; wanted some of {', '.join(sorted(_KEYS))}")
    front = row["front"]
    return Recipe(
        name=str(row["name"]),
        seed=int(row["seed"]),
        labels=tuple(row["labels"]),
        network_spread=float(row["network_spread"]),
        front=RecipeFront(
            row=front,
            modalities={name: modality_from_json(name, spec) for name, spec in front["modalities"].items()},
            clock=str(front["clock"]),
            hop_ms=float(front["hop_ms"]),
            max_gap_ms=float(front["max_gap_ms"]),
            features=tuple(front["features"]),
            inputs=tuple(front["inputs"]),
        ),
        model=dict(row["model"]),
        training=Training(**row["training"]),
        sources=tuple(
            Source(**{**source, "held_out": tuple(source.get("held_out", ()))}) for source in row["data"]
        ),
        tests=tuple(Trial(**test) for test in row.get("tests", ())),
        words=row.get("words", False) is True,
        prune=None if row.get("prune", 1) == 1 else float(row["prune"]),
        row={name: value for name, value in row.items() if name != "base"},
    )
