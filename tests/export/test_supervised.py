"""Training learns what the labels are in, goes on exactly where it was killed, and stops when it should."""

import json
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from myoedge.export.supervised import Look, Training, _better, _share
from myoedge.export.supervised_data import fold_data, make_folds
from myoedge.export.supervised_recipe import Schedule
from myoedge.export.supervised_run import MODEL, RUN
from myoedge.export.supervised_state import CHECKPOINT, load_state
from myoedge.export.supervised_train import Asked, train_windows

Made = Any


def quiet(_: str) -> None:
    return None


def train(made: Made, out: Path, **changes: Any) -> dict[str, Any]:
    recipe = made.recipe(**changes)
    row = train_windows(recipe, made.root, out, made.cache, Asked(folds=("anna",)), quiet)
    found: dict[str, Any] = row["folds"]["anna"]
    return found


def test_both_modalities_together_are_learned(made: Made, tmp_path: Path) -> None:
    row = train(made, tmp_path, training={"epochs": 8})
    assert row["window_accuracy"] > 0.9
    assert row["windows_per_s"] > 0
    assert 0 <= row["data_share"] < 1


def test_an_absent_input_is_zeros_in_its_share_of_the_training_windows(made: Made, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"training": {"epochs": 1, "absent": {"imu": 0.25}}}
    recipe, cached = made.recipe(**changes), made.cached(**changes)
    data = fold_data(recipe, cached, make_folds(recipe, cached)[0][0], ("emg", "imu"), 0)
    training = Training(torch.nn.Linear(1, 1), data, recipe.training, 0, tmp_path)
    torch.manual_seed(0)
    emg, imu = training._some_absent([torch.ones(4000, 40, 8), torch.ones(4000, 10, 10)])
    assert bool((emg == 1).all())
    there = imu.flatten(1).amax(1)
    assert torch.equal(there, imu.flatten(1).amin(1))
    assert 0.72 < float(there.mean()) < 0.78


def test_a_killed_run_ends_as_one_that_was_not(made: Made, tmp_path: Path) -> None:
    changes = {"training": {"epochs": 12, "patience": 0}}
    train(made, tmp_path / "whole", **changes)
    path = made.toml(tmp_path / "made.toml", **changes)
    words = ["train", str(path), "--root", str(made.root), "--out", str(tmp_path / "killed")]
    process = subprocess.Popen(
        [sys.executable, "-m", "myoedge", *words, "--cache", str(made.cache), "--fold", "anna"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert process.stderr
    for line in process.stderr:
        if "epoch 5/12" in line:
            process.send_signal(signal.SIGKILL)
            break
    process.stderr.close()
    assert process.wait(30) == -signal.SIGKILL
    folder = tmp_path / "killed" / "anna-seed0"
    assert not (folder / RUN).exists()
    state = load_state(folder, "cpu")
    assert state is not None and 4 <= state["epoch"] < 12
    train(made, tmp_path / "killed", **changes)
    whole = tmp_path / "whole" / "anna-seed0"
    assert (whole / MODEL).read_bytes() == (folder / MODEL).read_bytes()
    rows = [json.loads((one / RUN).read_text()) for one in (whole, folder)]
    assert [row.pop("cost")["starts"] for row in rows] == [1, 2]
    assert rows[0] == rows[1]
    assert not (folder / CHECKPOINT).exists()


def test_it_stops_when_validation_no_longer_gets_better(made: Made, tmp_path: Path) -> None:
    model = {"kind": "mlp", "fusion": "linear"}
    row = train(made, tmp_path, training={"epochs": 50, "patience": 2, "rate": 1e-2}, model=model)
    assert row["epochs"] < 50


def test_statistics_come_from_training_windows_alone(made: Made, tmp_path: Path) -> None:
    from myoedge.export.models import build_model

    recipe, cached = made.recipe(), made.cached()
    data = fold_data(recipe, cached, make_folds(recipe, cached)[0][0], ("imu",), 0)
    network = build_model("mlp", fusion="linear", labels=3, inputs=data.inputs, patches=2)
    Training(network, data, Schedule(epochs=1), 0, tmp_path).run(quiet)
    mean = network.get_buffer("inlets.0.raw_mean").numpy()
    own = data.arrays["imu"][data.train.rows].mean((0, 1))
    assert abs(mean - own).max() < 1e-3
    assert abs(mean - data.arrays["imu"].mean((0, 1))).max() > 1e-3


def test_without_validation_the_last_weights_are_kept(made: Made, tmp_path: Path) -> None:
    train(made, tmp_path, data={"folds": "repetitions:1,2//4"}, training={"epochs": 3})
    row = json.loads((tmp_path / "anna-seed0" / RUN).read_text())
    assert {look["validation_accuracy"] for look in row["training"]["looks"]} == {None}
    assert row["training"]["windows"]["validation"] == 0


def test_the_rate_rises_in_a_line_and_falls_as_a_cosine() -> None:
    shares = [_share(step, 100, 0.05) for step in range(101)]
    assert shares[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert max(shares) == 1.0
    assert shares[100] == pytest.approx(0.0)
    assert all(a >= b for a, b in pairwise(shares[5:]))


def test_a_look_is_better_by_accuracy_then_by_loss_and_by_training_loss_where_nothing_validates() -> None:
    first = Look(1, 1.0, 0.5, 0.8, 0.1)
    assert _better(Look(2, 2.0, 0.9, 0.9, 0.1), first)
    assert _better(Look(2, 2.0, 0.4, 0.8, 0.1), first)
    assert not _better(Look(2, 0.1, 0.6, 0.8, 0.1), first)
    assert _better(Look(2, 0.9, None, None, 0.1), Look(1, 1.0, None, None, 0.1))
    assert not _better(Look(2, 0.9999, None, None, 0.1), Look(1, 1.0, None, None, 0.1))


def test_mixed_precision_learns_too(made: Made, tmp_path: Path) -> None:
    model = {"kind": "mlp", "fusion": "linear"}
    train(made, tmp_path, training={"epochs": 3, "precision": "bfloat16"}, model=model)
    looks = json.loads((tmp_path / "anna-seed0" / RUN).read_text())["training"]["looks"]
    assert looks[2]["loss"] < looks[0]["loss"]
