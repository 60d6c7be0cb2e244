"""A made-up data set whose labels both modalities tell, and a small recipe of window classification."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myoedge.export.cache import Cached, cached_windows
from myoedge.export.supervised_recipe import SupervisedRecipe, supervised_from_toml

PEOPLE, LABELS, REPETITIONS = ("anna", "ben", "chen"), ("rest", "fist", "wave"), 4
EMG_RATE_HZ, IMU_RATE_HZ, SECONDS = 200, 50, 1.0

ROW: dict[str, Any] = {
    "name": "made",
    "kind": "windows",
    "data": {"dataset": "folder", "folds": "repetitions:1,2/3/4"},
    "front": {
        "clock": "emg",
        "hop_ms": 100,
        "modalities": {"emg": {"window_ms": 200}, "imu": {"window_ms": 200}},
    },
    "model": {"kind": "hierarchical"},
    "tokens": {"patches": 4},
    "options": {
        "hierarchical": {"width": 16, "embedding": 8, "branch_layers": 1, "cross_layers": 1},
        "mlp": {"hidden": 16, "embedding": 8},
    },
    "training": {"epochs": 4, "batch": 16, "checkpoint_s": 0.0},
    "compare": {
        "inputs": [["emg"], ["emg", "imu"]],
        "models": ["mlp", "hierarchical linear", "hierarchical attention"],
    },
}


@dataclass(frozen=True)
class Made:
    """The set's folder, a cache beside it, and recipes for it."""

    root: Path
    cache: Path

    @staticmethod
    def row(**changes: Any) -> dict[str, Any]:
        """The recipe's TOML; `training={"epochs": 2}` changes one key of a table."""
        row = copy.deepcopy(ROW)
        for name, value in changes.items():
            row[name] = {**row.get(name, {}), **value} if isinstance(value, dict) else value
        return row

    def recipe(self, **changes: Any) -> SupervisedRecipe:
        return supervised_from_toml(self.row(**changes))

    def cached(self, **changes: Any) -> Cached:
        return cached_windows(self.recipe(**changes), self.root, self.cache)

    def toml(self, path: Path, **changes: Any) -> Path:
        """The recipe as a file."""
        path.write_text(_toml(self.row(**changes)))
        return path


def _toml(row: dict[str, Any], where: str = "") -> str:
    plain = "".join(f"{k} = {_value(v)}\n" for k, v in row.items() if not isinstance(v, dict))
    tables = (f"[{where}{k}]\n{_toml(v, f'{where}{k}.')}" for k, v in row.items() if isinstance(v, dict))
    return plain + "".join(tables)


def _value(value: Any) -> str:
    return repr(value).replace("'", '"').replace("(", "[").replace(")", "]").replace("True", "true")


def write_set(root: Path, people: tuple[str, ...] = PEOPLE, labels: tuple[str, ...] = LABELS) -> None:
    """Each label makes one EMG channel loud and lifts the second stream; both tell it."""
    rng = np.random.default_rng(0)
    streams = "".join(
        f'[streams.{name}]\nrate_hz = {rate}\nchannels = {channels}\nunit = "count"\n'
        for name, rate, channels in (("emg", EMG_RATE_HZ, 4), ("imu", IMU_RATE_HZ, 3))
    )
    root.mkdir(parents=True)
    (root / "dataset.toml").write_text(f'name = "made"\nrest = "rest"\n{streams}')
    for person in people:
        (root / person / "1").mkdir(parents=True)
        for place, label in enumerate(labels):
            for number in range(1, REPETITIONS + 1):
                gain = np.where(np.arange(4) == place, 40.0, 10.0)
                emg = rng.normal(size=(round(EMG_RATE_HZ * SECONDS), 4)) * gain
                imu = rng.normal(size=(round(IMU_RATE_HZ * SECONDS), 3)) * 10 + 20 * place
                where = root / person / "1" / f"{label}_{number}"
                np.save(f"{where}.npy", np.round(emg))
                np.save(f"{where}.imu.npy", np.round(imu))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Three people, three labels, four repetitions of a second each."""
    folder = tmp_path_factory.mktemp("made")
    write_set(folder / "set")
    return Made(folder / "set", folder / "cache")


@pytest.fixture
def make_set(tmp_path: Path) -> Callable[..., Made]:
    """Another such set, to change: `people`, `labels`."""

    def make(**changes: Any) -> Made:
        write_set(tmp_path / "set", **changes)
        return Made(tmp_path / "set", tmp_path / "cache")

    return make
