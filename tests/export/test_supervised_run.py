"""A run's folder says what it is, gives back its network and windows, and is no other run's."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from myoedge.edge.errors import FormatError, NotThereError, UsageError
from myoedge.export.supervised_recipe import Network
from myoedge.export.supervised_run import MODEL, RUN, Job, Run, load_run, train_run

Made = Any


@pytest.fixture(scope="module")
def run(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Run:
    recipe = made.recipe(training={"epochs": 2})
    job = Job(recipe, "ben", ("emg", "imu"), Network("hierarchical", "attention"), 0)
    return train_run(job, made.cached(), tmp_path_factory.mktemp("run"), lambda _: None)


def test_the_network_comes_back_and_decides_as_run_json_says(made: Made, run: Run) -> None:
    found = load_run(run.folder)
    data, network = found.data(made.root, made.cache), found.model()
    assert list(data.labels) == found.row["labels"]
    with torch.inference_mode():
        scores, embedding = network(*data.batch(data.test.rows))
    decided = scores.argmax(1).numpy()
    assert np.mean(decided == data.test.targets) == found.row["metrics"]["window_accuracy"]
    assert embedding.shape == (len(data.test), 8)


def test_the_file_of_weights_needs_no_pickle(run: Run) -> None:
    with np.load(run.folder / MODEL, allow_pickle=False) as state:
        assert sum(state[name].size for name in state.files) >= run.row["parameters"]


def test_every_field_of_the_format_is_there(run: Run) -> None:
    row = json.loads((run.folder / RUN).read_text())
    wanted = (
        "myoedge v name recipe dataset folds fold person seed inputs labels model parameters macs training "
        "metrics people gestures confusion repetitions cost digest"
    )
    assert set(row) == set(wanted.split())
    assert row["inputs"] == {"emg": [40, 4], "imu": [10, 3]}
    assert list((run.folder / "logs").iterdir())


def test_a_finished_run_is_not_trained_again(made: Made, run: Run) -> None:
    before = (run.folder / RUN).stat().st_mtime_ns
    train_run(run.job, made.cached(), run.folder, lambda _: None)
    assert (run.folder / RUN).stat().st_mtime_ns == before


def test_a_folder_of_another_run_is_refused(made: Made, run: Run) -> None:
    job = run.job
    other = Job(job.recipe, job.fold, job.inputs, job.network, 1)
    with pytest.raises(UsageError, match="use another --out"):
        train_run(other, made.cached(), run.folder, lambda _: None)


def test_a_fold_that_is_not_made_is_refused(made: Made, run: Run, tmp_path: Path) -> None:
    job = Job(run.job.recipe, "zoe", ("emg",), Network("mlp", "linear"), 0)
    with pytest.raises(UsageError, match="no fold 'zoe'; repetitions:1,2/3/4 makes anna, ben, chen"):
        train_run(job, made.cached(), tmp_path, lambda _: None)


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="finished run"):
        load_run(tmp_path)
    (tmp_path / RUN).write_text('{"myoedge": "bundle", "v": 1}')
    with pytest.raises(FormatError, match="of kind 'bundle'"):
        load_run(tmp_path)
