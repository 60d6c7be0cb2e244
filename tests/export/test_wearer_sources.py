"""The recordings a wearer is fitted on, read as the sets are described, from small generated files."""

from pathlib import Path

import numpy as np
import pytest

from myoedge.edge.errors import NotThereError
from myoedge.export.wearer_sources import read_psl, read_uci, repetitions


def write_uci(root: Path, held_rows: int = 9, marked: int = 400) -> None:
    """One person: unmarked, fist, unmarked, a slip of the marker, fist; each value held for some rows."""
    (root / "01").mkdir(parents=True)
    rng = np.random.default_rng(0)
    lines = ["time\t" + "\t".join(f"channel{i}" for i in range(1, 9)) + "\tclass"]
    time = 1
    for marker, count in ((0, 100), (2, marked), (0, 100), (3, 2), (2, marked)):
        for row in range(count):
            if row % held_rows == 0:
                value = [f"{v}e-05" for v in rng.integers(-90, 90, 8)]
            lines.append("\t".join([str(time), *value, str(marker)]))
            time += 1
    lines.append("9\t1e-05")  # a torn last row
    (root / "01" / "1_raw_data_x.txt").write_text("\n".join(lines))


def test_held_values_are_dropped_and_volts_are_counts(tmp_path: Path) -> None:
    write_uci(tmp_path)
    (series,) = read_uci(tmp_path)
    assert series.person == "01" and series.number == 1
    assert np.array_equal(series.emg, np.rint(series.emg)) and np.abs(series.emg).max() <= 90
    assert 100 < len(series.emg) < 130  # of 1002 rows


def test_repetitions_are_the_marked_stretches_without_slips(tmp_path: Path) -> None:
    write_uci(tmp_path)
    found = [r for series in read_uci(tmp_path) for r in repetitions(series)]
    assert [(r.gesture, r.number) for r in found] == [("fist", 0), ("fist", 1)]
    assert found[0].t_s[-1] - found[0].t_s[0] == pytest.approx(0.395, abs=0.01)


def test_both_row_kinds_of_a_word_are_read_in_the_packet_s_order(tmp_path: Path) -> None:
    folder = tmp_path / "raw_data" / "person1"
    folder.mkdir(parents=True)
    emg = '"t","emg","1","2","3","4","5","6","7","-8","d"'
    imu = '"t","acc","10","11","12","gyro","20","21","22","quat","30","31","32","33","d"'
    (folder / "2018_w03.csv").write_text("\n".join([emg, emg, emg, emg, imu] * 30))
    (folder / "short_w03.csv").write_text("\n".join([emg, imu]))
    (word,) = read_psl(tmp_path)
    assert word.person == "person1" and word.emg.shape == (120, 8) and word.emg[0, 7] == -8
    assert word.imu[0].tolist() == [30, 31, 32, 33, 10, 11, 12, 20, 21, 22]


def test_an_empty_folder_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="wanted NN"):
        list(read_uci(tmp_path))
    with pytest.raises(NotThereError, match="wanted raw_data"):
        list(read_psl(tmp_path))
