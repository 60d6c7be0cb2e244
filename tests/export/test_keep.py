"""What a bundle learned of words and people goes over into another one, if both see the same signals."""

import json
from pathlib import Path

import pytest

from myoedge.calibration.stranger_people import FACT
from myoedge.edge.bundle import load_bundle, write_bundle
from myoedge.edge.errors import MismatchError
from myoedge.export.keep import LEARNED, keep_learned


def without(folder: Path) -> Path:
    """The shipped bundle as it is before words and people are learned."""
    bundle = load_bundle("default")
    row = json.loads(bundle.files["bundle.json"])
    for name in ("myoedge", "v", "files", "words", FACT):
        row.pop(name)
    left_out = {"bundle.json", *LEARNED.values()}
    write_bundle(folder, row, {name: data for name, data in bundle.files.items() if name not in left_out})
    return folder


def test_words_and_people_go_over_byte_for_byte(tmp_path: Path) -> None:
    kept, folder = load_bundle("default"), without(tmp_path / "new")
    digest = keep_learned(folder, kept)
    found = load_bundle(folder)
    assert found.digest == digest
    for fact, file in LEARNED.items():
        assert found.files[file] == kept.files[file]
        assert found.facts[fact] == kept.facts[fact]


def test_a_bundle_of_other_signals_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MismatchError, match="classic"):
        keep_learned(without(tmp_path / "new"), load_bundle("classic"))
