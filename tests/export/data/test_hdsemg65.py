"""HD-sEMG 65: slices of HDF5, the wrapped line, force as it comes, and memory apart from the file's size."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from myoedge.edge.errors import FormatError
from myoedge.export.data.fold import folds
from myoedge.export.data.movements import REPEATED, movement_names
from myoedge.export.data.table import load

h5py = pytest.importorskip("h5py", reason="MATLAB v7.3 is HDF5")
MOST_BYTES = 1_000_000_000  # that a process may hold, whatever the size of the file


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory, large: ModuleType) -> tuple[Path, Any]:
    root = tmp_path_factory.mktemp("hd")
    return root, large.hdsemg65(root / "s1.mat", labels=(1, 13), repetitions=5, dead=(3, 2))


def test_both_grids_become_128_columns_in_the_order_that_is_stated(one: tuple[Path, Any]) -> None:
    root, truth = one
    loaded = load("hdsemg65", root)
    repetition = next(r for r in loaded.repetitions if r.native == "13" and r.number == 2)
    rows = np.flatnonzero((truth.label == 13) & (truth.repetition == 3))
    start, stop = -(-rows[0] // 16) * 16, (rows[-1] + 1) // 16 * 16
    emg = repetition.signals["emg"]
    assert repetition.label == "wrist flexion" and repetition.seconds == len(emg) / 2048
    assert emg.shape == (stop - start, 128)
    for grid, second, third in ((0, 0, 1), (0, 5, 7), (1, 2, 3)):
        column = 64 * grid + 8 * second + third
        assert np.array_equal(emg[:, column], truth.emg[start:stop, grid, second, third])


def test_the_line_that_wraps_is_set_to_zero_and_said(one: tuple[Path, Any]) -> None:
    root, _ = one
    loaded = load("hdsemg65", root)
    emg = loaded.repetitions[1].signals["emg"]
    wrapped = [64 * grid + 8 * second for grid in range(2) for second in range(8)]
    assert not emg[:, wrapped].any()
    assert all(emg[:, c].any() for c in range(128) if c not in wrapped)
    (note,) = (note for note in loaded.wearers["s1"].notes if "wraps" in note)
    assert note.count("third index 0 (from 0), 4.0 x the middle") == 2
    assert any("without a signal" in note and "[19]" in note for note in loaded.wearers["s1"].notes)


def test_another_line_is_taken_only_where_it_stands_out(tmp_path: Path, large: ModuleType) -> None:
    large.hdsemg65(tmp_path / "s1.mat", labels=(1,), wrap="second")
    large.hdsemg65(tmp_path / "s2.mat", labels=(2,), wrap="none")
    loaded = load("hdsemg65", tmp_path)
    first, second = (
        next(r for r in loaded.repetitions if r.person == p).signals["emg"] for p in ("s1", "s2")
    )
    assert not first[:, :8].any() and first[:, 8].any()
    assert not second[:, ::8].any() and second[:, 1].any()
    assert any("1.0 x the middle" in note for note in loaded.wearers["s2"].notes)


def test_force_has_as_many_axes_as_the_file(tmp_path: Path, large: ModuleType) -> None:
    truth = large.hdsemg65(tmp_path / "s1.mat", labels=(1,), axes=7)
    large.hdsemg65(tmp_path / "s2.mat", labels=(1,), axes=9)
    loaded = load("hdsemg65", tmp_path)
    assert loaded.spec.streams["force"].channels == 7 and loaded.spec.streams["force"].rate_hz == 128.0
    repetition = next(r for r in loaded.repetitions if r.native == "1")
    rows = np.flatnonzero((truth.label == 1) & (truth.repetition == 1))
    start = -(-rows[0] // 16) * 16
    force = repetition.signals["force"]
    assert np.allclose(force[2], truth.others["force"][start + 32 : start + 48].mean(axis=0), atol=1e-5)
    assert loaded.skipped == ("s2.mat: force has 9 axes, the first file 7; wanted the same in all",)


def test_a_person_without_rest_and_a_missing_repetition_are_said(tmp_path: Path, large: ModuleType) -> None:
    large.hdsemg65(tmp_path / "s5.mat", labels=(1, 34), rest=False)
    large.hdsemg65(tmp_path / "s13.mat", labels=(1, 34), without=((34, 2),))
    loaded = load("hdsemg65", tmp_path)
    assert loaded.people == ("s5", "s13")
    assert any("no rest (class 0)" in note for note in loaded.wearers["s5"].notes)
    assert "rest" not in {r.label for r in loaded.repetitions if r.person == "s5"}
    assert any("34 lacks 2" in note for note in loaded.wearers["s13"].notes)
    thirteen = next(fold for fold in folds(loaded, "standard", 0) if fold.person == "s13")
    assert {r.number + 1 for r in thirteen.test if r.native == "34"} == {4}


def test_the_repeated_block_stays_on_one_side_of_every_fold(tmp_path: Path, large: ModuleType) -> None:
    large.hdsemg65(tmp_path / "s1.mat", labels=(58, 59, 58))
    loaded = load("hdsemg65", tmp_path)
    assert sum(r.native == "58" for r in loaded.repetitions) == 10
    assert any("two blocks a repetition" in note and "[58]" in note for note in loaded.wearers["s1"].notes)
    for fold in folds(loaded, "repetitions:5", 0):
        tested = {r.number for r in fold.test if r.native == "58"}
        assert len(tested) == 1 and sum(r.native == "58" for r in fold.test) == 2


def test_the_last_gestures_are_named_by_the_largest_label() -> None:
    assert movement_names("hdsemg65", 65)[59] == movement_names("hdsemg65", 66)[60] == "palmar grasp"
    assert movement_names("hdsemg65", 66)[59] == REPEATED
    assert len(movement_names("hdsemg65")) == 59


def test_missing_variables_are_mended_or_refused(tmp_path: Path, large: ModuleType) -> None:
    large.hdsemg65(tmp_path / "s1.mat", labels=(1,), missing=["adjusted_class", "adjusted_repetition"])
    large.hdsemg65(tmp_path / "s2.mat", labels=(1,), missing=["force"])
    large.hdsemg65(tmp_path / "s3.mat", labels=(1,), missing=["emg_extensors"])
    large.hdsemg65(tmp_path / "s4.mat", labels=(1,), missing=["class", "adjusted_class"])
    loaded = load("hdsemg65", tmp_path)
    assert loaded.people == ("s1", "s2")
    assert any("without adjusted_class: class" in note for note in loaded.wearers["s1"].notes)
    assert set(loaded.repetitions[-1].signals) == {"emg"}
    assert [text.partition(";")[0] for text in loaded.skipped] == [
        "s3.mat: no emg_extensors",
        "s4.mat: no class",
    ]
    assert load("hdsemg65", tmp_path, None, ["force"]).people == ("s1",)


def test_a_torn_file_is_refused_and_a_hole_is_found_when_it_is_read(
    tmp_path: Path, large: ModuleType
) -> None:
    large.hdsemg65(tmp_path / "s1.mat", labels=(1, 2), nan=True)
    large.hdsemg65(tmp_path / "s2.mat", labels=(1,))
    path = tmp_path / "s2.mat"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (tmp_path / "s3.mat").write_bytes(b"MATLAB 5.0 MAT-file")
    loaded = load("hdsemg65", tmp_path)
    assert loaded.people == ("s1",) and len(loaded.skipped) == 2
    assert all("no whole MATLAB v7.3 file" in text for text in loaded.skipped)
    with pytest.raises(FormatError, match=r"s1.mat emg rows .* hold NaN in columns \[92\]"):
        [r.signals["emg"] for r in loaded.repetitions]


WALK = """
import sys
from pathlib import Path
from myoedge.export.data.table import load
loaded = load("hdsemg65", Path(sys.argv[1]))
rows = sum(len(r.signals["emg"]) + len(r.signals["force"]) for r in loaded.repetitions[:: int(sys.argv[2])])
# not getrusage: that counts what the process that started this one held
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(rows, int(peak.split()[1]) * 1024)
"""


def test_a_file_of_full_length_is_read_in_little_memory(tmp_path: Path) -> None:
    """6,750,000 rows as of the first person; most of the EMG is holes in the file, which cost no disk."""
    rows, block = 6_750_000, 10 * 2048
    label = np.zeros(rows, dtype=np.float32)
    turn = np.zeros(rows, dtype=np.float32)
    for place in range(rows // block):
        label[place * block + block // 2 : (place + 1) * block] = place // 5 + 1
        turn[place * block + block // 2 : (place + 1) * block] = place % 5 + 1
    with h5py.File(tmp_path / "s1.mat", "w", userblock_size=512) as file:
        for name in ("emg_flexors", "emg_extensors"):
            file.create_dataset(name, (8, 8, rows), dtype="f8", chunks=(8, 8, 1024))
            file[name][:, :, :4096] = np.random.default_rng(0).normal(size=(8, 8, 4096))
        file.create_dataset("force", (9, rows), dtype="f8", chunks=(9, 8192))
        file["adjusted_class"], file["adjusted_repetition"] = label[None], turn[None]
    done = subprocess.run(
        [sys.executable, "-c", WALK, str(tmp_path), "20"], capture_output=True, text=True, check=True
    )
    read, peak = map(int, done.stdout.split())
    assert read > 300_000
    assert peak < MOST_BYTES
