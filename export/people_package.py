"""Puts what other people's held gestures have in common into a bundle: writes people.npz."""

import json
from collections.abc import Callable
from pathlib import Path

from myoedge.calibration.stranger_people import FACT, FILE
from myoedge.edge.bundle import load_bundle, write_bundle
from myoedge.edge.errors import MismatchError
from myoedge.export.card import card
from myoedge.export.data.table import DATASETS
from myoedge.export.golden import pack
from myoedge.export.people_population import fit_people, hold
from myoedge.export.pool import trainable
from myoedge.export.recipe import Source

DATASET = "myo-uci"  # the only set whose weights may ship in which several people do the same gestures
CARD = "CARD.md"


def add_people(folder: Path, root: Path, say: Callable[[str], None]) -> str:
    """Learn from the set's people who are not kept unseen and rewrite the bundle; returns its new digest.

    `root` holds one folder a data set. Raises NotThereError when the set is missing, MismatchError for a
    bundle without gestures of its own.
    """
    bundle = load_bundle(folder)
    if not bundle.labels or not bundle.features:
        raise MismatchError(
            f"bundle {bundle.name} names no gestures; people can be told of in default's kind"
        )
    spec = DATASETS[DATASET]
    holders = hold(bundle, bundle.features, trainable(Source(DATASET), root), bundle.labels)
    arrays, seats = fit_people(holders, bundle.labels, bundle.features)
    for person, seat in seats.items():
        say(f"{person}: turned by {seat.turn:g}{', mirrored' if seat.mirrored else ''}")
    row = json.loads(bundle.files["bundle.json"])
    files = {name: data for name, data in bundle.files.items() if name != "bundle.json"}
    for name in ("myoedge", "v", "files"):
        row.pop(name)
    row[FACT] = {
        "labels": list(bundle.labels),
        "count": len(holders),
        "dataset": DATASET,
        "licence": spec.licence,
        "attribution": spec.attribution,
        "unseen": list(spec.unseen),
    }
    return write_bundle(folder, row, {**files, CARD: card(row).encode(), FILE: pack(arrays)})
