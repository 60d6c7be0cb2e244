"""What a bundle learned beside its network (words, people) goes over into another of the same features."""

import json
from pathlib import Path

from myoedge.calibration.stranger_people import FACT
from myoedge.calibration.stranger_people import FILE as PEOPLE_FILE
from myoedge.edge.bundle import Bundle, load_bundle, write_bundle
from myoedge.edge.errors import MismatchError
from myoedge.edge.word_population import FILE as WORDS_FILE
from myoedge.export.card import card

CARD = "CARD.md"
LEARNED = {"words": WORDS_FILE, FACT: PEOPLE_FILE}  # fact -> file; neither knows the bundle's network


def keep_learned(folder: Path, kept: Bundle) -> str:
    """Rewrite the bundle in `folder` with what `kept` has; returns its digest.

    Raises MismatchError where the two see other signals, of which the same would mean something else.
    """
    bundle = load_bundle(folder)
    if (bundle.features, bundle.modalities, bundle.clock) != (kept.features, kept.modalities, kept.clock):
        raise MismatchError(
            f"bundle {kept.name} sees other signals than {bundle.name}; leave --keep out to learn anew"
        )
    row = json.loads(bundle.files["bundle.json"])
    files = {name: data for name, data in bundle.files.items() if name != "bundle.json"}
    for name in ("myoedge", "v", "files"):
        row.pop(name)
    for fact, file in LEARNED.items():
        if file in kept.files:
            row[fact], files[file] = kept.facts[fact], kept.files[file]
    return write_bundle(folder, row, {**files, CARD: card(row).encode()})
