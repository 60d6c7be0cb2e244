"""The desk of all loaders: what it refuses, counts and tells of each person."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.export.data.intake import Intake
from myoedge.export.data.table import DATASETS

PSL = DATASETS["myo-psl"]


def signals(emg: int = 400, imu: int = 100, seed: int = 0) -> dict[str, NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    return {"emg": rng.normal(size=(emg, 8)), "imu": rng.normal(size=(imu, 10))}


def test_streams_of_other_rates_than_stated_are_refused(tmp_path: Path) -> None:
    intake = Intake(PSL, tmp_path)
    assert intake.wants("anna")
    assert intake.add(tmp_path / "a", "anna", "all", "w01", signals())
    assert not intake.add(tmp_path / "b", "anna", "all", "w01", signals(imu=400, seed=1))
    (refused,) = intake.finish().skipped
    assert refused == "b: imu lasts 8.0 s at its 50 Hz and emg 2.0 s at 200 Hz; wanted the same time of both"


def test_columns_with_nan_are_named(tmp_path: Path) -> None:
    intake = Intake(PSL, tmp_path)
    bad = signals()
    bad["imu"][5, [2, 7]] = np.nan
    assert not intake.add(tmp_path / "a", "anna", "all", "w01", bad)
    assert intake.add(tmp_path / "b", "anna", "all", "w01", signals(seed=1))
    assert intake.finish().skipped == ("a: imu holds NaN or infinity in columns [2, 7], wanted numbers",)


def test_each_person_keeps_what_was_said_of_their_files(tmp_path: Path) -> None:
    intake = Intake(PSL, tmp_path)
    for person in ("anna", "ben"):
        assert intake.wants(person)
        intake.wearer(person, "left", person == "ben")
        intake.mended("something", 2, tmp_path / f"{person}.csv", "the detail")
        intake.add(tmp_path / f"{person}.csv", person, "all", "w01", signals(seed=ord(person[0])), number=4)
    intake.skip(tmp_path / "c.csv", "torn")
    loaded = intake.finish()
    assert loaded.wearers["anna"].notes == ("anna.csv: something (the detail)",)
    assert loaded.wearers["ben"].notes[-1] == "refused: c.csv: torn"
    assert (loaded.wearers["ben"].hand, loaded.wearers["ben"].amputee) == ("left", True)
    assert "something: 4 times" in loaded.notes and [r.number for r in loaded.repetitions] == [4, 4]


@pytest.mark.parametrize(
    ("asked", "kept"), [(None, ["emg", "imu"]), ([], ["emg"]), (["imu"], ["emg", "imu"])]
)
def test_only_asked_modalities_are_kept_and_the_emg_always(
    tmp_path: Path, asked: list[str] | None, kept: list[str]
) -> None:
    intake = Intake(PSL, tmp_path, None, asked)
    intake.add(tmp_path / "a", "anna", "all", "w01", signals())
    loaded = intake.finish()
    assert list(loaded.spec.streams) == list(loaded.repetitions[0].signals) == kept
