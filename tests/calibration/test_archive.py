"""What is kept of a wearer, and taking it along."""

import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from myoedge.calibration.archive import export, kept_of
from myoedge.calibration.learn import learn
from myoedge.calibration.store import Store, report_path
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import NotThereError, StorageError
from myoedge.edge.profile import load_profile
from myoedge.edge.stream import StreamSpec


@pytest.fixture
def store(
    home: Path,
    classic: Bundle,
    specs: Mapping[str, StreamSpec],
    make_stretches: Callable[..., list[Stretch]],
) -> Store:
    store = Store()
    profile = learn(classic, None, make_stretches(1, 0.6), specs, wearer="anna", armband="myo").profile
    for text in ("one", "two"):
        recording = store.new_recording("anna")
        recording.write_text(text)
        report_path(store.save("anna", profile, recording)).write_text("a report")
    return store


def test_every_file_is_listed_with_what_it_is(store: Store) -> None:
    kept = kept_of(store, "anna")
    assert [(k.path.name, k.what) for k in kept] == [
        ("0001.json", "an older profile"),
        ("0001.recording.jsonl", "the recording a profile was fitted to"),
        ("0001.report.html", "the report of a calibration"),
        ("0002.json", "the profile in use"),
        ("0002.recording.jsonl", "the recording a profile was fitted to"),
        ("0002.report.html", "the report of a calibration"),
    ]
    assert all(k.size > 0 for k in kept)


def test_an_export_holds_the_profile_in_use_and_opens_elsewhere(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "anna.tar"
    assert len(export(store, "anna", target)) == 3
    assert target.stat().st_mode & 0o777 == 0o600
    with tarfile.open(target) as tar:
        assert {row.mode for row in tar} == {0o600}
        for row in tar:
            held = tar.extractfile(row)
            place = tmp_path / "elsewhere" / row.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(held.read() if held else b"")
    assert load_profile(tmp_path / "elsewhere" / "anna" / "0002.json").wearer == "anna"
    assert len(export(store, "anna", target, everything=True)) == 6


def test_who_is_not_there_cannot_be_exported_and_no_file_is_left(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="known: anna"):
        export(store, "ben", tmp_path / "ben.tar")
    with pytest.raises(StorageError):
        export(store, "anna", Path("/proc/nowhere/anna.tar"))
    assert not list(tmp_path.glob("*.tar"))
