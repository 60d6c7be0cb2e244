"""3dc: orientation that begins empty."""

from pathlib import Path
from types import ModuleType

from myoedge.export.data.table import load


def test_3dc_fills_the_empty_first_orientation_and_counts_it(tmp_path: Path, generate: ModuleType) -> None:
    generate.threedc(tmp_path)
    loaded = load("3dc", tmp_path)
    assert len(loaded.repetitions) == 44 and len(loaded.labels) == 11
    one = loaded.repetitions[0]
    assert one.rates == {"emg": 1000.0, "quaternion": 50.0}
    assert one.signals["quaternion"][0].tolist() == [8192, -8192, 8192, 8192]
    assert any("44 times" in note for note in loaded.notes)
