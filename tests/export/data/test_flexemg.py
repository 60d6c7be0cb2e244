"""flexemg: files cut by their plan, torn files."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from myoedge.export.data.table import load


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
