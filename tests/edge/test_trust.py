"""Trust: a shipped bundle by its hash, any other only on request."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from myoedge.edge.bundle import SHIPPED, Bundle, load_bundle
from myoedge.edge.errors import FormatError, TrustError
from myoedge.edge.trust import check_trust, shipped_digests


def test_every_shipped_bundle_is_known_by_its_hash() -> None:
    folders = {p.name for p in SHIPPED.iterdir() if p.is_dir()}
    assert {name: load_bundle(name).digest for name in folders} == shipped_digests()
    assert {check_trust(load_bundle(name)) for name in folders} == {"shipped"}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "classic", tmp_path / "classic"))


def test_a_copy_of_a_shipped_bundle_is_trusted(copied: Path) -> None:
    assert check_trust(load_bundle(copied)) == "shipped"


def test_an_altered_copy_is_not(copied: Path) -> None:
    row = json.loads((copied / "bundle.json").read_text())
    (copied / "bundle.json").write_text(json.dumps({**row, "hop_ms": 25}))
    altered = load_bundle(copied)
    with pytest.raises(TrustError, match="--unsigned"):
        check_trust(altered)
    assert check_trust(altered, unsigned=True) == "unsigned"


def test_an_altered_file_is_refused_even_unsigned(make_bundle: Callable[..., Bundle], tmp_path: Path) -> None:
    make_bundle({"CARD.md": b"as it was"})
    card = next(tmp_path.glob("*/CARD.md"))
    card.write_bytes(b"as it is")
    with pytest.raises(FormatError, match="hash"):
        load_bundle(card.parent)
