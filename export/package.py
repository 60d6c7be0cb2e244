"""A trained network to a bundle: both engines, golden vectors, priors, what was measured, and the card."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.bundle import SHIPPED, Bundle, load_bundle, write_bundle
from myoedge.edge.engines import Engine, load_engine
from myoedge.export.card import card
from myoedge.export.data.table import DATASETS
from myoedge.export.golden import pack
from myoedge.export.network import FloatNetwork
from myoedge.export.parity import FloatEngine, largest_difference, open_engine, run_all, tolerance
from myoedge.export.pool import Pool
from myoedge.export.prior import POPULATION, population
from myoedge.export.reaction import Reaction, new_share
from myoedge.export.recipe import Recipe
from myoedge.export.tradeoff import Line

FILES = {"litert": "model.tflite", "onnx": "model.onnx", "tflite": "model-static.tflite"}

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Draft:
    """All of a bundle but what is measured with it."""

    row: dict[str, Any]  # of bundle.json
    files: dict[str, bytes]
    floats: Mapping[str, Engine]  # the float network, to be measured beside

    def load(self) -> Bundle:
        """The bundle as the device would read it."""
        with tempfile.TemporaryDirectory() as folder:
            write_bundle(Path(folder), self.row, self.files)
            return load_bundle(folder)


def draft_bundle(
    recipe: Recipe,
    network: FloatNetwork,
    chosen: Mapping[str, Line],
    pool: Pool,
    people: Pool,
    golden: Mapping[str, Array],
    plain: bytes,
) -> Draft:
    """The chosen int8 files by engine, each allowed twice what it differs by on the golden vectors.

    `people` are those whose covariances the prior is of; `plain`: the float network for ONNX Runtime.
    """
    named = {engine: _file(engine, chosen) for engine in chosen}
    runs = {
        engine: open_engine(_runs(engine), one.model, recipe.front.inputs) for engine, one in chosen.items()
    }
    device = next(runs[engine] for engine in FILES if engine in runs)
    scores, embedding = run_all(FloatEngine(network.model, recipe.front.inputs), golden)
    allowed = {
        engine: tolerance(largest_difference(one, golden, scores, embedding)) for engine, one in runs.items()
    }
    files = {
        **{named[engine]: line.model for engine, line in chosen.items()},
        "golden.npz": pack({**golden, "scores": scores, "embedding": embedding}),
        "prior.npz": pack(prior_arrays(recipe, people, device)),
    }
    row = {
        **_row(recipe, pool, embedding.shape[1]),
        "engines": named,
        "tolerance": allowed,
        "quantization": {engine: quantization(line) for engine, line in chosen.items()},
        "float_network": network.digest,
    }
    return Draft(row, files, {"onnx": open_engine("onnx", plain, recipe.front.inputs)})


def _file(engine: str, chosen: Mapping[str, Line]) -> str:
    """An engine's file; tflite-runtime may read LiteRT's."""
    same = engine == "tflite" and "litert" in chosen and chosen[engine].model == chosen["litert"].model
    return FILES["litert" if same else engine]


def _runs(engine: str) -> str:
    """What stands for an engine here: tflite-runtime and LiteRT do not go into one environment."""
    return "litert" if engine == "tflite" else engine


def quantization(line: Line) -> dict[str, Any]:
    """What the bundle says of one of its int8 files."""
    ways = {way: one.to_json() for way, one in line.verdicts.items()}
    for one in ways.values():
        del one["agreement_by_class"]  # the report has it
    return {
        "method": line.name,
        "says": line.says,
        "needs": list(line.made.needs) if line.made else [],
        "kb": round(len(line.model) / 1000, 1),
        "ways": ways,
    }


def prior_arrays(recipe: Recipe, people: Pool, engine: Engine | None) -> dict[str, Array]:
    """By block of the bundle's embedding: cov_0, cov_1, ... within a repetition, between_0, ... between them.

    The network's within is widened by the recipe's `network_spread`: it was trained on these very people.
    """
    found = population(people, recipe.front.features, engine, recipe.front.inputs)
    widened = [1.0] * len(recipe.front.features) + [recipe.network_spread]
    within = {f"cov_{i}": (widened[i] * block).astype(np.float32) for i, block in enumerate(found.within)}
    return within | {f"between_{i}": block.astype(np.float32) for i, block in enumerate(found.between)}


def _row(recipe: Recipe, pool: Pool, embedding: int) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "task": "gesture",
        "labels": list(recipe.labels),
        **recipe.front.row,
        "embedding": embedding,
        "new_share": 0.5,
        "normalise": False,
        "typical_rms": typical_rms(pool),
        "fallback": "classic",
        "training": {
            "recipe": recipe.name,
            "seed": recipe.seed,
            "steps": recipe.training.steps,
            "data": [
                {
                    "dataset": source.dataset,
                    "licence": DATASETS[source.dataset].licence,
                    "attribution": DATASETS[source.dataset].attribution,
                    "source": DATASETS[source.dataset].source,
                    "unseen": list(DATASETS[source.dataset].unseen),
                    "held_out": list(source.held_out),
                }
                for source in recipe.sources
            ],
        },
        "metrics": {},
    }


def typical_rms(pool: Pool) -> float:
    """Median rms of a training window in counts: what a stranger's signal is brought to."""
    rms = np.sqrt((pool.emg[::10].astype(np.float64) ** 2).mean(axis=(1, 2)))
    return round(float(np.median(rms)), 2)


def write(draft: Draft, metrics: Mapping[str, Any], share: float, folder: Path) -> str:
    """Write the finished bundle; returns its digest. The golden test is run on what was written."""
    row = {**draft.row, "new_share": share, "metrics": dict(metrics)}
    files = {**draft.files, "CARD.md": card(row).encode()}
    digest = write_bundle(folder, row, files)
    written = load_bundle(folder)
    for name in set(written.engines) - {"tflite"}:
        load_engine(written, name)
    return digest


def write_classic(prior: Mapping[str, Array], reaction: Reaction | None, folder: Path) -> str:
    """The bundle without a network, with other people's covariance for calibrations of one repetition."""
    row = json.loads((SHIPPED / "classic" / "bundle.json").read_text(encoding="utf-8"))
    for name in ("myoedge", "v", "files"):
        row.pop(name)
    row["training"] = {"prior": [DATASETS[name].attribution for name in POPULATION]}
    if reaction is not None:
        row["new_share"], row["metrics"] = new_share(reaction), {"reaction": reaction}
    return write_bundle(folder, row, {"prior.npz": pack(prior)})


def ship(digests: Mapping[str, str], names: Sequence[str] = ()) -> None:
    """Enter bundles into the package's table of trusted ones."""
    table_file = SHIPPED / "shipped.json"
    table = json.loads(table_file.read_text(encoding="utf-8"))
    table.update(digests)
    table_file.write_text(json.dumps(dict(sorted(table.items())), indent=1) + "\n", encoding="utf-8")
