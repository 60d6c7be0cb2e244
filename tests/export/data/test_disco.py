"""myo-disco: classes by index, the file that lies in both days."""

from pathlib import Path
from types import ModuleType

from myoedge.export.data.table import load


def test_disco_takes_the_class_from_the_index_and_drops_the_shared_file(
    tmp_path: Path, generate: ModuleType
) -> None:
    generate.disco(tmp_path)
    loaded = load("myo-disco", tmp_path)
    assert len(loaded.repetitions) == 89
    assert {r.label for r in loaded.repetitions if r.native == "snap"} == {"finger snap"}
    assert "S7/day2/R_2_C_5_EMG.csv is a byte copy of S7/day1/R_2_C_5_EMG.csv: dropped" in loaded.notes
    assert list(dict.fromkeys(r.session for r in loaded.repetitions)) == ["day1", "day2", "positions/1"]
