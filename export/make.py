"""A float network to a bundle: the quantisers asked for, the parity gate, the choice, what it reaches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from myoedge.edge.bundle import SHIPPED
from myoedge.edge.errors import ParityError, UsageError
from myoedge.export.build import package
from myoedge.export.data.table import MYO_EMG, MYO_IMU
from myoedge.export.exam import exam_of_pool, exam_pool
from myoedge.export.golden import Signals, golden_inputs
from myoedge.export.network import FloatNetwork
from myoedge.export.package import draft_bundle
from myoedge.export.prior import population_pool
from myoedge.export.tradeoff import WINDOWS, Line, Tradeoff, trade_off
from myoedge.export.tradeoff_report import write_report
from myoedge.export.verdict import MAX_LOSS, refuse

# Those that need no converter and no training: on every size of docs/compression.md the choice is among them.
QUICK = (
    "fast-litert-dynamic",
    "fast-litert-static",
    "ort-dynamic",
    "fast-ort-dynamic",
    "ort-static",
    "ort-qoperator",
)
# tflite-runtime 2.14 runs dynamic int8 without an error and wrongly; static int8 it runs rightly.
LEGACY = ("fast-litert-static", "litert-static")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A finished bundle."""

    digest: str
    chosen: Mapping[str, str]  # engine -> method
    tradeoff: Tradeoff


def make_bundle(
    network: FloatNetwork,
    root: Path,
    wearers: Sequence[Signals],
    folder: Path,
    say: Say,
    methods: Sequence[str] = QUICK,
    max_loss: float = MAX_LOSS,
) -> Made:
    """Quantise, judge, choose, measure and write. `wearers`: signals for the golden vectors.

    The report of the choice (tradeoff_report.py) lies beside the bundle in `NAME-int8`, unless that ships.
    Raises ParityError, before the bundle is written, where the best int8 of an engine loses more than
    `max_loss` points or a class more than two; UsageError for a network of window classification; what
    reading the recipe's data sets raises.
    """
    recipe = network.recipe
    pool = exam_pool(recipe, root, say)
    found = trade_off(network, exam_of_pool(network, recipe, pool, WINDOWS), methods, max_loss, say)
    if folder.parent != SHIPPED:
        write_report(found, folder.with_name(f"{folder.name}-int8"))
    chosen = passed(found)
    golden = golden_inputs(recipe.front, {"emg": MYO_EMG, "imu": MYO_IMU}, wearers)
    draft = draft_bundle(
        recipe, network, chosen, pool, population_pool(recipe, root, say), golden, found.lines[0].model
    )
    digest = package(draft, recipe, network, root, folder, say)
    return Made(digest, {engine: line.name for engine, line in chosen.items()}, found)


def passed(found: Tradeoff) -> dict[str, Line]:
    """By engine what goes into the bundle; raises ParityError where an engine's best breaks a limit."""
    chosen: dict[str, Line] = {}
    for engine in ("litert", "onnx"):
        made = [one for one in found.lines if one.engine == engine and one.made]
        if line := found.line(engine):
            chosen[engine] = line
        elif made:
            best = min(made, key=lambda one: max(way.loss for way in one.verdicts.values()))
            refuse(f"{engine} by {best.name}", best.verdicts, found.max_loss)
    if not chosen:
        said = "; ".join(f"{name}: {why}" for name, why in found.failed.items())
        raise ParityError(f"no quantiser gave a file that an engine takes ({said}); try other methods")
    legacy = [one for one in found.lines if one.name in LEGACY and one.fault is None]
    if legacy:
        chosen["tflite"] = min(legacy, key=lambda one: one.us)
    return chosen


def bundle_name(network: FloatNetwork) -> str:
    """What its folder is called; raises UsageError for a name that is no file's."""
    if not network.name or set(network.name) & set("/\\\0") or network.name.startswith("."):
        raise UsageError(f"the network is called {network.name!r}; wanted a name a folder can have")
    return network.name
