"""myo-ciil: two parts kept apart, the trial before the move left out."""

from pathlib import Path
from types import ModuleType

import pytest

from myoedge.edge.errors import NotThereError
from myoedge.export.data.table import load


def test_the_two_parts_are_kept_apart(tmp_path: Path, generate: ModuleType) -> None:
    generate.ciil(tmp_path)
    loaded = load("myo-ciil", tmp_path)
    assert loaded.people == ("ElectrodeShift/subject13", "MinimalTrainingData/subject13")
    sessions: dict[str, list[str]] = {part: [] for part in ("ElectrodeShift", "MinimalTrainingData")}
    for one in loaded.repetitions:
        if one.session not in sessions[one.part]:
            sessions[one.part].append(one.session)
    assert sessions["ElectrodeShift"] == ["training", "trial_1", "trial_2", "trial_3", "trial_4"]
    assert sessions["MinimalTrainingData"] == ["train", "test/trial_0", "test/trial_1"]


def test_the_trial_before_the_band_moved_is_dropped_and_said(tmp_path: Path, generate: ModuleType) -> None:
    generate.ciil(tmp_path)
    loaded = load("myo-ciil", tmp_path)
    assert any("subject13/trial_0" in note and "dropped" in note for note in loaded.notes)


def test_classes_have_their_names(tmp_path: Path, generate: ModuleType) -> None:
    generate.ciil(tmp_path)
    named = {r.native: r.label for r in load("myo-ciil", tmp_path).repetitions}
    assert named == {
        "0": "fist",
        "1": "hand open",
        "2": "rest",
        "3": "wrist extension",
        "4": "wrist flexion",
    }


def test_a_row_with_a_column_too_few_is_refused_by_name(tmp_path: Path, generate: ModuleType) -> None:
    generate.ciil(tmp_path)
    path = tmp_path / "ElectrodeShift" / "subject13" / "trial_2" / "R_1_C_3.csv"
    lines = path.read_text().splitlines()
    lines[4] = lines[4].rsplit(",", 1)[0]
    path.write_text("\n".join(lines))
    (refused,) = load("myo-ciil", tmp_path).skipped
    assert refused == "ElectrodeShift/subject13/trial_2/R_1_C_3.csv: row 5 has 7 columns, wanted 8"


def test_another_folder_is_not_this_set(tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="ElectrodeShift"):
        load("myo-ciil", tmp_path)


def test_the_real_subject_with_the_extra_trial_reads_whole(unpack: "object") -> None:
    assert callable(unpack)
    loaded = load("myo-ciil", unpack("myo-ciil", "myo-ciil", "ElectrodeShift/subject13/"))
    assert len(loaded.repetitions) == 25 + 4 * 10
    assert "trial_0" not in {r.session for r in loaded.repetitions}
