"""myo-laval: raw int16 files, sessions in order, byte copies of people."""

from pathlib import Path
from types import ModuleType

import numpy as np

from myoedge.export.data.table import load


def test_sessions_cycles_and_names_follow_the_folders(tmp_path: Path, generate: ModuleType) -> None:
    generate.laval(tmp_path)
    loaded = load("myo-laval", tmp_path)
    assert loaded.people == ("eval/Female0", "eval/Male7", "pre/Male7")
    male = [r for r in loaded.repetitions if r.person == "eval/Male7"]
    assert list(dict.fromkeys(r.session for r in male)) == ["training0", "Test0", "Test1"]
    assert [r.order for r in male] == list(range(84))
    first = male[:28]
    assert [r.native for r in first] == [str(i % 7) for i in range(28)]
    assert [r.number for r in first] == [i // 7 for i in range(28)]
    assert [r.label for r in first[:7]] == [
        "rest",
        "radial deviation",
        "wrist flexion",
        "ulnar deviation",
        "wrist extension",
        "fist",
        "hand open",
    ]


def test_samples_are_interleaved_little_endian_counts(tmp_path: Path, generate: ModuleType) -> None:
    generate.laval(tmp_path)
    one = load("myo-laval", tmp_path, ["eval/Female0"]).repetitions[3]
    assert np.array_equal(one.signals["emg"], generate.emg_counts(3, 60))


def test_a_person_who_is_a_byte_copy_of_a_session_is_dropped_and_said(
    tmp_path: Path, generate: ModuleType
) -> None:
    generate.laval(tmp_path)
    loaded = load("myo-laval", tmp_path)
    assert "pre/Female7" not in loaded.people
    said = [note for note in loaded.notes if "byte copy" in note]
    assert said == [
        "PreTrainingDataset/Female7/training0 is a byte copy of EvaluationDataset/Female0/Test0: dropped"
    ]


def test_a_copy_is_known_even_when_its_original_was_not_asked_for(
    tmp_path: Path, generate: ModuleType
) -> None:
    generate.laval(tmp_path)
    loaded = load("myo-laval", tmp_path, ["pre/Female7", "pre/Male7"])
    assert loaded.people == ("pre/Male7",)


def test_a_torn_or_missing_file_is_refused_by_name(tmp_path: Path, generate: ModuleType) -> None:
    generate.laval(tmp_path)
    session = tmp_path / "EvaluationDataset" / "Male7" / "Test1"
    torn, gone = session / "classe_3.dat", session / "classe_9.dat"
    torn.write_bytes(torn.read_bytes()[:-5])
    gone.unlink()
    loaded = load("myo-laval", tmp_path, ["eval/Male7"])
    assert len(loaded.repetitions) == 82
    assert [line.rsplit("/", 1)[1].split(":")[0] for line in loaded.skipped] == [
        "classe_3.dat",
        "classe_9.dat",
    ]


def test_the_real_people_read_whole(unpack: "object") -> None:
    assert callable(unpack)
    root = unpack("myo-laval", "myo-laval", "EvaluationDataset/Female0/")
    loaded = load("myo-laval", root)
    assert len(loaded.repetitions) == 84
    assert loaded.skipped == ()
    assert all(4.5 < r.seconds < 5.5 for r in loaded.repetitions)
