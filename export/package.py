"""A trained network to a bundle: both engines, golden vectors, priors, what was measured, and the card."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.bundle import SHIPPED, Bundle, load_bundle, write_bundle
from myoedge.edge.engines import Engine, load_engine
from myoedge.export.card import card
from myoedge.export.data.table import DATASETS
from myoedge.export.golden import pack
from myoedge.export.parity import FloatEngine, largest_difference, open_engine, run_all, tolerance
from myoedge.export.pool import Pool
from myoedge.export.prior import POPULATION, population
from myoedge.export.quantize import quantize_onnx, quantize_tflite, to_onnx, to_tflite
from myoedge.export.reaction import Reaction, new_share
from myoedge.export.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

FILES = {"litert": "model.tflite", "onnx": "model.onnx", "tflite": "model.tflite"}

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Draft:
    """All of a bundle but what is measured with it."""

    row: dict[str, Any]  # of bundle.json
    files: dict[str, bytes]
    floats: Mapping[str, Engine]  # the float network in each engine's format

    def load(self) -> Bundle:
        """The bundle as the device would read it."""
        with tempfile.TemporaryDirectory() as folder:
            write_bundle(Path(folder), self.row, self.files)
            return load_bundle(folder)


def draft_bundle(
    recipe: Recipe,
    model: "nn.Module",
    pool: Pool,
    people: Pool,
    golden: Mapping[str, Array],
    say: Callable[[str], None],
) -> Draft:
    """Quantise for every engine; tolerances are what each differs by on the golden vectors, and a margin.

    `people` are those whose covariances the prior is of.
    """
    say("converting for ONNX Runtime")
    plain = to_onnx(model, golden)
    onnx = quantize_onnx(plain)
    say("converting for LiteRT, which takes a minute")
    plain_tflite = to_tflite(model, golden)
    tflite = quantize_tflite(plain_tflite)
    exact = FloatEngine(model, recipe.front.inputs)
    device = open_engine("litert", tflite, recipe.front.inputs)
    scores, embedding = run_all(exact, golden)
    files = {
        "model.onnx": onnx,
        "model.tflite": tflite,
        "golden.npz": pack({**golden, "scores": scores, "embedding": embedding}),
        "prior.npz": pack(prior_arrays(recipe, people, device)),
    }
    allowed = {
        name: tolerance(
            largest_difference(open_engine(name, files[file], recipe.front.inputs), golden, scores, embedding)
        )
        for name, file in FILES.items()
        if name != "tflite"  # the same file, held to the same tolerance
    }
    floats = {
        name: open_engine(name, file, recipe.front.inputs)
        for name, file in (("litert", plain_tflite), ("onnx", plain))
    }
    return Draft(_row(recipe, pool, allowed, embedding.shape[1]), files, floats)


def prior_arrays(recipe: Recipe, people: Pool, engine: Engine | None) -> dict[str, Array]:
    """By block of the bundle's embedding: cov_0, cov_1, ... within a repetition, between_0, ... between them.

    The network's within is widened by the recipe's `network_spread`: it was trained on these very people.
    """
    found = population(people, recipe.front.features, engine, recipe.front.inputs)
    widened = [1.0] * len(recipe.front.features) + [recipe.network_spread]
    within = {f"cov_{i}": (widened[i] * block).astype(np.float32) for i, block in enumerate(found.within)}
    return within | {f"between_{i}": block.astype(np.float32) for i, block in enumerate(found.between)}


def _row(recipe: Recipe, pool: Pool, allowed: Mapping[str, float], embedding: int) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "task": "gesture",
        "labels": list(recipe.labels),
        **recipe.front.row,
        "embedding": embedding,
        "engines": dict(FILES),
        "tolerance": {**allowed, "tflite": allowed["litert"]},
        "new_share": 0.5,
        "normalise": False,
        "typical_rms": typical_rms(pool),
        "quantization": {
            "onnx": "products with constants: 7-bit weights an output channel, activations scaled on the fly",
            "litert": "fully connected layers: int8 weights an output channel, activations scaled on the fly",
        },
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
    for name in ("litert", "onnx"):
        load_engine(load_bundle(folder), name)
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
