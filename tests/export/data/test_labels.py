"""Canonical names: each set's numbers, words of any set, prefixes for the rest."""

import tomllib
from pathlib import Path

import pytest

import myoedge.export.data.labels as labels
from myoedge.export.data.labels import canonical, canonical_names
from myoedge.export.data.table import DATASETS


@pytest.mark.parametrize(
    ("key", "native", "label"),
    [
        ("myo-uci", "2", "fist"),
        ("myo-laval", "5", "fist"),
        ("myo-ciil", "0", "fist"),
        ("3dc", "7", "fist"),
        ("folder", "Hand_Close", "fist"),
        ("myo-disco", "hand_open", "hand open"),
        ("myo-longterm30", "M1", "rest"),
        ("myo-longterm30", "M3", "longterm30:M3"),
        ("myo-psl", "w01", "psl:w01"),
        ("folder", "psl:w01", "psl:w01"),
        ("myo-uci", "9", "uci:9"),
    ],
)
def test_a_label_has_one_name_whatever_its_set(key: str, native: str, label: str) -> None:
    assert canonical(key, native) == label


def test_every_mapped_name_is_canonical_and_every_table_is_a_set() -> None:
    table = tomllib.loads(Path(labels.__file__).with_name("labels.toml").read_text())
    names = set(canonical_names())
    assert set(table["aliases"].values()) <= names
    for key in table.keys() - {"canonical", "aliases"}:
        assert key in DATASETS
        assert set(table[key].values()) <= names
