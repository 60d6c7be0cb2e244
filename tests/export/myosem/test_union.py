"""Sets of any rate become windows of one rate and scale, whose actions have names."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myoedge.export.actions.action import load_actions
from myoedge.export.myosem.union import UNNAMED, at_rate, read_union


def test_a_wave_keeps_its_shape_at_another_rate() -> None:
    def wave(rate_hz: float) -> Any:
        return np.sin(2 * np.pi * 30 * np.arange(int(rate_hz)) / rate_hz).astype(np.float32)[None, :, None]

    for rate_hz in (200.0, 1000.0, 2000.0):
        found = at_rate(wave(rate_hz), rate_hz, 1000.0)
        assert found.shape == (1, 200, 1)
        assert np.abs(found[0, 20:-20, 0] - wave(200.0)[0, 20:-20, 0]).max() < 0.02


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "folder"
    rng = np.random.default_rng(1)
    for turn in (1, 2):
        for label, loud in (("rest", 2), ("fist", 40), ("wave", 20)):
            path = root / "anna" / "monday" / f"{label}_{turn}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            x = rng.normal(0, 1, (800, 4)) * loud
            x[:300] *= 0.05 if label != "rest" else 1  # the gesture begins late
            np.savetxt(path, np.clip(x, -127, 127).astype(int), "%d", ",")
    (root / "dataset.toml").write_text(
        'name = "mine"\nrest = "rest"\n[streams.emg]\nrate_hz = 200\nchannels = 4\nunit = "count"\n'
    )
    return tmp_path


def test_windows_before_the_gesture_are_not_the_gesture(folder: Path) -> None:
    union = read_union(["folder"], folder, load_actions(), hop_ms=500)
    (one,) = union.sets
    assert set(union.actions) == {"rest", "fist"}
    counts = {name: int((one.native == one.labels.index(name)).sum()) for name in one.labels}
    assert counts["rest"] == 14 and 2 <= counts["fist"] < 14
    assert set(one.action[one.native == one.labels.index("folder:wave")].tolist()) == {UNNAMED}
    strongest = np.sqrt(np.square(one.x.astype(np.float64)).mean(axis=(1, 2))).max()
    assert 0.8 < strongest < 1.3
