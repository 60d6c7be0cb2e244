import json
import shutil
from pathlib import Path

import pytest

from myoedge.boards.refit import settle
from myoedge.calibration.store import Store, recording_of
from myoedge.edge.bundle import SHIPPED, load_bundle
from myoedge.edge.errors import MismatchError
from myoedge.edge.profile import load_profile
from myoedge.firmware_bridge.device import Choice


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A bundle that decides as classic does, under another name and digest."""
    shutil.copytree(SHIPPED / "classic", tmp_path / "other")
    file = tmp_path / "other" / "bundle.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "name": "other"}))
    return tmp_path / "other"


def choice(bundle: object, path: Path) -> Choice:
    return Choice(str(bundle), profile=load_profile(path), unsigned=True)


def test_what_belongs_together_stays_as_it_is(anna: Path) -> None:
    asked = choice("classic", anna)
    assert settle("anna", asked, pytest.fail) is asked


def test_a_new_bundle_refits_the_profile_and_both_are_kept(anna: Path, other: Path) -> None:
    said: list[str] = []
    found = settle("anna", choice(other, anna), said.append)
    assert found.profile is not None
    assert found.profile.bundle == load_bundle(str(other)).digest
    assert [path.name for path in Store().versions("anna")] == ["0001.json", "0002.json"]
    kept = recording_of(Store().path("anna"))
    assert kept is not None and kept.read_bytes() == (recording_of(anna) or kept).read_bytes()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "other is no worse" in said[0] and "calibrate --restore" in said[1]


def test_a_refitted_profile_finds_its_bundle_again(anna: Path, other: Path) -> None:
    settle("anna", choice(other, anna), lambda _: None)
    assert Store().load("anna").facts["bundle_path"] == str(other)


def test_where_nothing_can_be_learned_the_old_bundle_runs(anna: Path, other: Path) -> None:
    file = other / "bundle.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "hop_ms": 5000}))
    said: list[str] = []
    asked = choice(other, anna)
    found = settle("anna", asked, said.append)
    assert (found.bundle, found.profile) == ("classic", asked.profile)
    assert "gives no profile for other" in said[0]
    assert [path.name for path in Store().versions("anna")] == ["0001.json"]


def test_where_it_would_be_worse_and_the_old_bundle_is_gone_it_is_refused(anna: Path, other: Path) -> None:
    row = load_profile(anna).to_json()
    better = {**row["facts"], "held_out": {"accuracy": 1.01}}
    anna.write_text(json.dumps({**row, "facts": better, "bundle": "0" * 64}))
    with pytest.raises(MismatchError, match=r"other would be worse.*its own bundle classic is not here"):
        settle("anna", choice(other, anna), lambda _: None)
    assert [path.name for path in Store().versions("anna")] == ["0001.json"]


def test_a_profile_without_its_recording_is_left_to_be_refused(anna: Path, other: Path) -> None:
    (recording_of(anna) or anna).unlink()
    asked = choice(other, anna)
    assert settle("anna", asked, pytest.fail) is asked


def test_a_profile_file_outside_the_store_is_refitted_for_this_run(
    anna: Path, other: Path, tmp_path: Path
) -> None:
    for path in anna.parent.iterdir():
        shutil.copy(path, tmp_path / path.name)
    said: list[str] = []
    found = settle(str(tmp_path / anna.name), choice(other, tmp_path / anna.name), said.append)
    assert found.profile is not None and found.profile.bundle_name == "other"
    assert "for this run" in said[1]
    assert [path.name for path in Store().versions("anna")] == ["0001.json"]
