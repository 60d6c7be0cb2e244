"""Puts what other people's movements say into a bundle: trains the word network, writes words.npz."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.edge.bundle import load_bundle, write_bundle
from myoedge.edge.word_population import FILE
from myoedge.export.card import card
from myoedge.export.data.table import DATASETS, load
from myoedge.export.golden import pack
from myoedge.export.words_population import fit_population, perform

DATASET = "myo-psl"
SEED = 0
CARD = "CARD.md"


def add_words(folder: Path, root: Path, say: Callable[[str], None]) -> str:
    """Learn from the set's people who are not kept unseen and rewrite the bundle; returns its new digest.

    `root` holds one folder a data set. Raises NotThereError when the set is missing.
    """
    bundle = load_bundle(folder)
    spec = DATASETS[DATASET]
    loaded = load(DATASET, root / DATASET)
    seen = tuple(r for r in loaded.repetitions if r.person not in spec.unseen)
    embedder = StreamEmbedder(bundle, None, spec.streams)
    people = perform(embedder, replace(loaded, repetitions=seen))
    say(f"{sum(len(one.words) for one in people)} movements of {len(people)} people")
    arrays = fit_population(people, SEED, say)
    row = json.loads(bundle.files["bundle.json"])
    files = {name: data for name, data in bundle.files.items() if name != "bundle.json"}
    for name in ("myoedge", "v", "files"):
        row.pop(name)
    row["words"] = {
        "dataset": DATASET,
        "licence": spec.licence,
        "attribution": spec.attribution,
        "unseen": list(spec.unseen),
        "network": "int8 weights an output channel, sums in float",
    }
    return write_bundle(folder, row, {**files, CARD: card(row).encode(), FILE: pack(quantize(arrays))})


def quantize(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The network's matrices as int8 with an output channel's scale, factors as float16, the rest float32."""
    packed: dict[str, NDArray[Any]] = {}
    for key, array in arrays.items():
        name, _, kind = key.rpartition(":")
        if key.startswith("net.") and kind == "float" and array.ndim == 2 and name.endswith(".weight"):
            scale = np.maximum(np.abs(array).max(axis=1), 1e-12) / 127
            packed[f"{name}:int8"] = np.round(array / scale[:, None]).astype(np.int8)
            packed[f"{name}:scale"] = scale.astype(np.float32)
        else:
            packed[key] = np.asarray(array, np.float16 if key.endswith(":turn") else np.float32)
    return packed
