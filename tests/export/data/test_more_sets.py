"""myo-lis, myo-disco, 3dc and flexemg: the traps of each on generated files."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from myoedge.export.data.table import load


def test_lis_orientation_becomes_the_armbands_ten_columns(tmp_path: Path, generate: ModuleType) -> None:
    generate.lis(tmp_path)
    loaded = load("myo-lis", tmp_path)
    one = loaded.repetitions[0]
    assert one.signals["emg"].shape == (400, 8) and one.signals["imu"].shape == (100, 10)
    wxyz, acceleration, rate = np.split(one.signals["imu"][5], [4, 7])
    assert wxyz.tolist() == [0.75 * 16384, 0, 0.5 * 16384, 0.25 * 16384]
    assert acceleration.tolist() == [0, 1024, 2048]
    assert rate.tolist() == [16, -32, 20]


def test_lis_sessions_are_days_in_the_order_of_the_stamps(tmp_path: Path, generate: ModuleType) -> None:
    generate.lis(tmp_path)
    loaded = load("myo-lis", tmp_path)
    assert [(r.session, r.label) for r in loaded.repetitions] == [
        ("2020-06-26", "lis:A"),
        ("2020-06-26", "lis:B"),
        ("2020-06-27", "lis:A"),
        ("2020-06-27", "lis:B"),
    ]


@pytest.mark.parametrize(
    "spoil", [lambda text: text[: len(text) // 2], lambda text: text.replace('"emg"', '"eeg"')]
)
def test_a_torn_lis_file_is_refused_by_name(tmp_path: Path, generate: ModuleType, spoil: "object") -> None:
    generate.lis(tmp_path)
    path = next((tmp_path / "Dataset" / "A").glob("*.json"))
    assert callable(spoil)
    path.write_text(spoil(path.read_text()))
    loaded = load("myo-lis", tmp_path)
    assert len(loaded.repetitions) == 3
    assert path.name in loaded.skipped[0]


def test_disco_takes_the_class_from_the_index_and_drops_the_shared_file(
    tmp_path: Path, generate: ModuleType
) -> None:
    generate.disco(tmp_path)
    loaded = load("myo-disco", tmp_path)
    assert len(loaded.repetitions) == 89
    assert {r.label for r in loaded.repetitions if r.native == "snap"} == {"finger snap"}
    assert "S7/day2/R_2_C_5_EMG.csv is a byte copy of S7/day1/R_2_C_5_EMG.csv: dropped" in loaded.notes
    assert list(dict.fromkeys(r.session for r in loaded.repetitions)) == ["day1", "day2", "positions/1"]


def test_3dc_fills_the_empty_first_orientation_and_counts_it(tmp_path: Path, generate: ModuleType) -> None:
    generate.threedc(tmp_path)
    loaded = load("3dc", tmp_path)
    assert len(loaded.repetitions) == 44 and len(loaded.labels) == 11
    one = loaded.repetitions[0]
    assert one.rates == {"emg": 1000.0, "quaternion": 50.0}
    assert one.signals["quaternion"][0].tolist() == [8192, -8192, 8192, 8192]
    assert any("44 times" in note for note in loaded.notes)


def test_flexemg_cuts_a_file_by_its_plan(tmp_path: Path, generate: ModuleType) -> None:
    pytest.importorskip("scipy", reason="the .mat reader is scipy's")
    generate.flexemg(tmp_path)
    loaded = load("flexemg", tmp_path)
    first = [r for r in loaded.repetitions if r.session == "Session1Train"]
    assert loaded.repetitions[0] is first[0]
    assert [r.label for r in first] == ["rest", "flexemg:Lower", "hand open", "flexemg:Raise", "fist"]
    raw = np.random.default_rng(1).integers(9000, 12000, (290, 96))
    assert np.array_equal(first[1].signals["emg"], raw[50:100, :64])


def test_a_torn_mat_file_is_refused_by_name(tmp_path: Path, generate: ModuleType) -> None:
    pytest.importorskip("scipy", reason="the .mat reader is scipy's")
    generate.flexemg(tmp_path)
    path = tmp_path / "data" / "001-Session1Test" / "001-001.mat"
    path.write_bytes(path.read_bytes()[:30_000])
    loaded = load("flexemg", tmp_path)
    assert {r.session for r in loaded.repetitions} == {"Session1Train"}
    assert "001-Session1Test/001-001.mat" in loaded.skipped[0]
