"""myo-lis: orientation order, days as sessions, torn files."""

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
