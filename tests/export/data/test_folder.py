"""folder: anybody's own recordings, .csv and .npy, and what a wrong dataset.toml says."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.edge.stream import StreamSpec
from myoedge.export.data.table import load


def test_csv_and_npy_read_the_same_way(tmp_path: Path, generate: ModuleType) -> None:
    generate.folder(tmp_path)
    loaded = load("folder", tmp_path)
    assert loaded.people == ("anna", "ben")
    assert len(loaded.repetitions) == 36 and loaded.skipped == () and loaded.notes == ()
    for person, seed in (("anna", 1), ("ben", 1001)):
        one = next(r for r in loaded.repetitions if r.person == person and r.native == "still")
        assert np.array_equal(one.signals["emg"], generate.emg_counts(seed, 80, 4))
        assert np.array_equal(one.signals["imu"], generate.emg_counts(seed + 9000, 20, 3))
        assert one.rates == {"emg": 200.0, "imu": 50.0}


def test_labels_get_their_canonical_names_and_the_folders_rest_is_rest(
    tmp_path: Path, generate: ModuleType
) -> None:
    generate.folder(tmp_path)
    loaded = load("folder", tmp_path)
    assert {r.native: r.label for r in loaded.repetitions} == {
        "still": "rest",
        "hand_close": "fist",
        "key_turn": "folder:key_turn",
    }


def test_sessions_and_repetitions_are_taken_in_counting_order(tmp_path: Path, generate: ModuleType) -> None:
    generate.folder(tmp_path)
    (tmp_path / "anna" / "day2").rename(tmp_path / "anna" / "day10")
    loaded = load("folder", tmp_path, ["anna"])
    assert list(dict.fromkeys(r.session for r in loaded.repetitions)) == ["day1", "day10"]
    fists = [r for r in loaded.repetitions if r.label == "fist" and r.session == "day1"]
    assert [r.number for r in fists] == [0, 1, 2]
    assert np.array_equal(fists[1].signals["emg"], generate.emg_counts(32, 80, 4))  # hand_close_2, not _10


def test_the_streams_come_from_the_toml(tmp_path: Path, generate: ModuleType) -> None:
    generate.folder(tmp_path)
    spec = load("folder", tmp_path).spec
    assert spec.streams == {"emg": StreamSpec(200.0, 4), "imu": StreamSpec(50.0, 3)}
    assert (spec.source, spec.native_rest) == ("our lab", "still")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("fist_7.csv", b"1,2,3,4\n1,2,3\n", "row 2 has 3 columns, wanted 4"),
        ("fist_7.csv", b"1,2,3,4\n1,2,x,4\n", "row 2 holds something that is no number"),
        ("fist_7.csv", b"1,2,3,nan\n", "NaN"),
        ("fist_7.csv", b"", "empty"),
        ("fist_7.csv", b"\xff\xfe\x00", "not text"),
        ("fist.csv", b"1,2,3,4\n", "wanted LABEL_REPETITION"),
        ("fist_7.npy", b"\x93NUMPY\x01\x00", "no whole .npy"),
        ("fist_7.npy", b"nothing", "no whole .npy"),
        ("fist_7.imu.csv", b"1,2,3\n", "no fist_7.csv"),
        ("still_1.force.csv", b"1\n", "has no [streams.force]"),
    ],
)
def test_a_broken_file_is_refused_by_name_and_the_rest_goes_on(
    tmp_path: Path, generate: ModuleType, name: str, content: bytes, why: str
) -> None:
    generate.folder(tmp_path)
    (tmp_path / "anna" / "day1" / name).write_bytes(content)
    loaded = load("folder", tmp_path)
    assert len(loaded.repetitions) == 36
    (refused,) = loaded.skipped
    assert refused.startswith(f"anna/day1/{name}: ") and why in refused


def test_a_broken_second_stream_refuses_its_repetition(tmp_path: Path, generate: ModuleType) -> None:
    generate.folder(tmp_path)
    (tmp_path / "anna" / "day1" / "still_1.imu.csv").write_text("1,2\n")
    loaded = load("folder", tmp_path)
    assert len(loaded.repetitions) == 35 and "still_1" in loaded.skipped[0]


def test_a_missing_second_stream_is_said(tmp_path: Path, generate: ModuleType) -> None:
    generate.folder(tmp_path)
    (tmp_path / "anna" / "day1" / "still_1.imu.csv").unlink()
    assert load("folder", tmp_path).notes == ("recording without its .imu file: 1 times",)


def test_a_recording_copied_into_another_session_is_dropped(tmp_path: Path, generate: ModuleType) -> None:
    generate.folder(tmp_path)
    copied = (tmp_path / "anna" / "day1" / "still_1.csv").read_bytes()
    (tmp_path / "anna" / "day2" / "still_2.csv").write_bytes(copied)
    loaded = load("folder", tmp_path)
    assert len(loaded.repetitions) == 35
    assert loaded.notes == ("anna/day2/still_2.csv is a byte copy of anna/day1/still_1.csv: dropped",)


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("rate_hz = 200", "rate_hz = 0", "rate_hz 0"),
        ("rate_hz = 200", 'rate_hz = "fast"', "rate_hz 'fast'"),
        ("rate_hz = 200", "", "rate_hz None"),
        ("channels = 4", "channels = 4.0", "channels 4.0"),
        ('unit = "count"', 'unit = "furlong"', "wanted one of count, microvolt, volt"),
        ('rest = "still"', "", "name and rest"),
        ("[streams.emg]", "[streams.eeg]", r"no \[streams.emg\]"),
        ("[streams.emg]", "[streams.emg", "is no TOML"),
    ],
)
def test_a_wrong_dataset_toml_says_what_it_wants(
    tmp_path: Path, generate: ModuleType, was: str, now: str, why: str
) -> None:
    generate.folder(tmp_path)
    path = tmp_path / "dataset.toml"
    path.write_text(path.read_text().replace(was, now, 1))
    with pytest.raises(FormatError, match=why):
        load("folder", tmp_path)


def test_a_folder_without_dataset_toml_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match=r"no dataset\.toml"):
        load("folder", tmp_path)


def test_a_folder_without_recordings_is_an_error(tmp_path: Path, generate: ModuleType) -> None:
    (tmp_path / "dataset.toml").write_text(generate.DATASET_TOML)
    with pytest.raises(FormatError, match="no repetition"):
        load("folder", tmp_path)
