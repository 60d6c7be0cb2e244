"""A recipe that trains plain window classification: the TOML beside the episodic one of recipe.py.

`kind = "windows"` marks it. Every key is known: one that is not is refused with what was met and what was
wanted. Defaults that no paper states are ours (IsoNet, arXiv 2506.16744, publishes none of them).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.edge.modality import ModalitySpec, modality_from_json
from myoedge.export.derive import DERIVED
from myoedge.export.recipe import RECIPES

KIND = "windows"
RESTS = ("keep", "even", "drop")
PRECISIONS = ("auto", "float32", "bfloat16")
DEVICES = ("auto", "cpu", "cuda")
FUSIONS = ("linear", "attention")
_MODALITY = ("rate_hz", "channels", "window_ms", "columns", "scale", "filters", "required", "from", "as")
_TOP = ("name", "kind", "seed", "data", "front", "model", "tokens", "options", "training", "compare")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Material:
    """Which recordings, and who trains and tests."""

    dataset: str
    folds: str  # a scheme of export/data/fold.py
    people: tuple[str, ...] = ()  # empty: all found
    rest: str = "keep"  # even: thinned to the mean number of windows a gesture has, drop: no class


@dataclass(frozen=True, slots=True)
class SupervisedFront:
    """Stops 5 and 6 for training: what a window holds; a `Front` of windows.py."""

    modalities: Mapping[str, ModalitySpec]
    clock: str
    hop_ms: float
    max_gap_ms: float
    derived: Mapping[str, tuple[str, str]]  # modality -> (stream it is made from, how)
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast; every default is our choice."""

    epochs: int = 60
    batch: int = 256  # windows
    rate: float = 1e-3
    decay: float = 1e-2
    warm_up: float = 0.05  # share of the steps in which the rate rises; then it falls as a cosine
    clip: float = 1.0  # norm that gradients are cut to
    patience: int = 10  # epochs without a better validation; 0: never stop early
    smoothing: float = 0.0  # of the labels
    precision: str = "auto"  # bfloat16 on a GPU, float32 on a CPU
    device: str = "auto"
    checkpoint_s: float = 10.0  # least time between two checkpoints
    absent: Mapping[str, float] = field(default_factory=dict)  # share of training windows without that input


@dataclass(frozen=True, slots=True)
class Axes:
    """What `compare` crosses: inputs x models x seeds (x folds)."""

    inputs: tuple[tuple[str, ...], ...] = ()  # empty: all modalities together
    models: tuple[str, ...] = ()  # "kind" or "kind fusion"; empty: the recipe's own
    seeds: tuple[int, ...] = ()  # empty: the recipe's own


@dataclass(frozen=True, slots=True)
class Network:
    """One architecture of the table MODELS."""

    kind: str
    fusion: str = "attention"


@dataclass(frozen=True, slots=True)
class SupervisedRecipe:
    """All that a run is made from, but the recordings."""

    name: str
    seed: int
    data: Material
    front: SupervisedFront
    model: Network
    tokens: Mapping[str, Any]  # of every network: how windows become tokens (models/tokeniser.py)
    options: Mapping[str, Mapping[str, Any]]  # by kind: keyword arguments of its network
    training: Schedule
    compare: Axes = field(default_factory=Axes)
    row: Mapping[str, Any] = field(default_factory=dict, repr=False)


def is_supervised(name_or_path: str | Path) -> bool:
    """Whether a recipe's file trains plain window classification; False where there is no such file."""
    path = _path(name_or_path)
    try:
        return path.is_file() and tomllib.loads(path.read_text(encoding="utf-8")).get("kind") == KIND
    except ValueError:
        return False


def load_supervised(name_or_path: str | Path) -> SupervisedRecipe:
    """A recipe of this package by name, or a file; raises NotThereError or FormatError."""
    path = _path(name_or_path)
    if not path.is_file():
        raise NotThereError(f"no recipe {str(name_or_path)!r}; wanted a .toml file or one of {known()}")
    try:
        return supervised_from_toml(tomllib.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise FormatError(f"{path}: {error}; docs/training.md shows every field") from error


def known() -> str:
    """Names of this package's recipes of this kind."""
    names = [path.stem for path in sorted(RECIPES.glob("*.toml")) if is_supervised(path)]
    return ", ".join(names) or "none"


def _path(name_or_path: str | Path) -> Path:
    path = RECIPES / f"{name_or_path}.toml"
    return path if "/" not in str(name_or_path) and path.is_file() else Path(name_or_path)


def supervised_from_toml(row: Mapping[str, Any]) -> SupervisedRecipe:
    """Read a recipe; raises ValueError with what was met and what was wanted."""
    _known(row, _TOP, "the recipe")
    if row.get("kind") != KIND:
        raise ValueError(f"met kind {row.get('kind')!r}, wanted {KIND!r}")
    recipe = SupervisedRecipe(
        name=str(_wanted(row, "name", "the recipe")),
        seed=_typed(row.get("seed", 0), int, "seed"),
        data=_table(Material, _wanted(row, "data", "the recipe"), "[data]"),
        front=_front(_wanted(row, "front", "the recipe")),
        model=_table(Network, _wanted(row, "model", "the recipe"), "[model]"),
        tokens=dict(row.get("tokens", {})),
        options={kind: dict(table) for kind, table in row.get("options", {}).items()},
        training=_table(Schedule, row.get("training", {}), "[training]"),
        compare=_table(Axes, row.get("compare", {}), "[compare]"),
        row=row,
    )
    _check_sense(recipe)
    return recipe


def network_of(text: str) -> Network:
    """ "kind" or "kind fusion" as an architecture; raises ValueError."""
    from myoedge.export.models import MODELS

    kind, _, fusion = text.partition(" ")
    found = Network(kind, fusion or "linear")
    if found.kind not in MODELS or found.fusion not in FUSIONS:
        raise ValueError(
            f"met the model {text!r}, wanted one of {', '.join(MODELS)}, then {' or '.join(FUSIONS)}"
        )
    return found


def _front(row: Mapping[str, Any]) -> SupervisedFront:
    _known(row, ("clock", "hop_ms", "max_gap_ms", "modalities"), "[front]")
    modalities: dict[str, ModalitySpec] = {}
    derived: dict[str, tuple[str, str]] = {}
    for name, table in _wanted(row, "modalities", "[front]").items():
        where = f"[front.modalities.{name}]"
        _known(table, _MODALITY, where)
        plain = {key: value for key, value in table.items() if key not in ("from", "as")}
        try:
            modalities[name] = modality_from_json(name, plain)
        except KeyError as error:
            raise ValueError(f"{where} lacks {error}") from error
        if "as" in table:
            if table["as"] not in DERIVED:
                raise ValueError(f"{where} met as = {table['as']!r}, wanted one of {', '.join(DERIVED)}")
            derived[name] = (str(table.get("from", name)), str(table["as"]))
    clock = str(_wanted(row, "clock", "[front]"))
    if clock not in modalities:
        raise ValueError(f"[front] met clock = {clock!r}, wanted one of {', '.join(modalities)}")
    hop_ms = float(_wanted(row, "hop_ms", "[front]"))
    if not hop_ms > 0:
        raise ValueError(f"[front] met hop_ms = {hop_ms:g}, wanted more than 0")
    return SupervisedFront(modalities, clock, hop_ms, float(row.get("max_gap_ms", 60)), derived, row)


def _check_sense(recipe: SupervisedRecipe) -> None:
    settings, axes = recipe.training, recipe.compare
    for name, value, wanted in (
        ("[data] rest", recipe.data.rest, RESTS),
        ("[training] precision", settings.precision, PRECISIONS),
        ("[training] device", settings.device, DEVICES),
    ):
        if value not in wanted:
            raise ValueError(f"met {name} = {value!r}, wanted {', '.join(wanted)}")
    for name, low in (("epochs", 1), ("batch", 2), ("patience", 0), ("rate", 0), ("clip", 0)):
        if not getattr(settings, name) >= low:
            raise ValueError(f"met [training] {name} = {getattr(settings, name)}, wanted {low} or more")
    for name, share in settings.absent.items():
        if name not in recipe.front.modalities or not 0 <= share < 1:
            there = ", ".join(recipe.front.modalities)
            raise ValueError(
                f"met [training] absent {name} = {share:g}, wanted 0 to below 1 for one of {there}"
            )
    for inputs in axes.inputs:
        unknown = [name for name in inputs if name not in recipe.front.modalities]
        if unknown or not inputs:
            there = ", ".join(recipe.front.modalities)
            raise ValueError(f"[compare] inputs met {unknown or 'none'}, wanted some of {there}")
    for text in axes.models:
        network_of(text)
    network_of(f"{recipe.model.kind} {recipe.model.fusion}")


def _table(kind: type[T], row: Any, where: str) -> T:
    """A table of the file as its dataclass; every key known, every value of its type."""
    if not isinstance(row, Mapping):
        raise ValueError(f"met {where} = {row!r}, wanted a table")
    slots = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    _known(row, tuple(slots), where)
    for name, one in slots.items():
        if one.default is MISSING and one.default_factory is MISSING:
            _wanted(row, name, where)
    return kind(**{name: _typed(value, slots[name].type, f"{where} {name}") for name, value in row.items()})


def _typed(value: Any, kind: Any, where: str) -> Any:
    """The value as the field's type; lists become tuples."""
    if isinstance(value, list) and "tuple" in str(kind):
        return tuple(tuple(one) if isinstance(one, list) else one for one in value)
    if isinstance(value, Mapping) and "Mapping" in str(kind):
        return {name: _typed(one, float, f"{where} {name}") for name, one in value.items()}
    kinds: dict[str, Any] = {"int": (int,), "float": (int, float), "str": (str,)}
    wanted = kinds.get(getattr(kind, "__name__", str(kind)))
    if wanted is None or isinstance(value, bool) or not isinstance(value, wanted):
        raise ValueError(f"met {where} = {value!r}, wanted a value of type {getattr(kind, '__name__', kind)}")
    return float(value) if kind in (float, "float") else value


def _known(row: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in row:
        if name not in names:
            raise ValueError(f"{where} met the key {name!r}, wanted one of {', '.join(names)}")


def _wanted(row: Mapping[str, Any], name: str, where: str) -> Any:
    if name not in row:
        raise ValueError(f"{where} lacks {name!r}")
    return row[name]
