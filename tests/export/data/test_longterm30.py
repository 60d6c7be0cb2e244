"""myo-longterm30: days in order, floats to counts."""

from pathlib import Path
from types import ModuleType

import numpy as np

from myoedge.export.data.table import load


def test_day_ten_comes_after_day_two(tmp_path: Path, generate: ModuleType) -> None:
    generate.longterm30(tmp_path)
    loaded = load("myo-longterm30", tmp_path)
    assert list(dict.fromkeys(r.session for r in loaded.repetitions)) == [f"day{d}" for d in range(1, 12)]
    assert loaded.labels == ("longterm30:M3", "rest", "wrist flexion")
    assert {r.number for r in loaded.repetitions} == {0, 1}


def test_full_scale_is_128_counts(tmp_path: Path, generate: ModuleType) -> None:
    generate.longterm30(tmp_path, days=1)
    one = load("myo-longterm30", tmp_path).repetitions[0]
    assert np.allclose(one.signals["emg"], generate.emg_counts(1011, 300), atol=1e-3)


def test_a_file_of_another_day_or_with_a_torn_row_is_refused(tmp_path: Path, generate: ModuleType) -> None:
    generate.longterm30(tmp_path, days=1)
    day = tmp_path / "data" / "sub1" / "day1"
    (day / "D1M1T1.csv").rename(day / "D4M1T1.csv")
    torn = day / "D1M2T1.csv"
    torn.write_text(torn.read_text()[:-25])
    loaded = load("myo-longterm30", tmp_path)
    assert len(loaded.repetitions) == 4
    assert sorted(line.split("/")[-1].split(":")[0] for line in loaded.skipped) == [
        "D1M2T1.csv",
        "D4M1T1.csv",
    ]


def test_the_real_first_day_reads_whole(unpack: "object") -> None:
    assert callable(unpack)
    loaded = load("myo-longterm30", unpack("myo-longterm30", "myo-longterm30", "data/sub1/day1/"))
    assert len(loaded.repetitions) == 88
    assert loaded.skipped == ()
    assert all(len(r.signals["emg"]) == 300 for r in loaded.repetitions)
