"""A finished run to figures, by the verb."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from myoedge.__main__ import main
from myoedge.edge.errors import NotThereError, UsageError
from myoedge.export.isolate.source import load_subject
from myoedge.export.supervised_recipe import network_of
from myoedge.export.supervised_run import Job, load_run, train_run

Made = Any
COUNT = 40


def train(made: Made, folder: Path, model: str = "hierarchical attention", fold: int = 0) -> Path:
    from myoedge.export.supervised_data import make_folds

    recipe, cached = made.recipe(training={"epochs": 2}), made.cached(training={"epochs": 2})
    folds, _ = make_folds(recipe, cached)
    job = Job(recipe, folds[fold].name, ("emg", "imu"), network_of(model), 0)
    return train_run(job, cached, folder, lambda _: None).folder


@pytest.fixture(scope="module")
def runs(made: Made, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two people's."""
    folder = tmp_path_factory.mktemp("runs")
    return [train(made, folder / str(fold), fold=fold) for fold in (0, 1)]


def test_a_run_is_probed_with_what_it_was_tested_on(made: Made, runs: list[Path]) -> None:
    subject = load_subject(runs[0], made.root, made.cache, 10_000, lambda _: None)
    row = load_run(runs[0]).row
    assert len(subject.test) == row["metrics"]["windows"]
    assert subject.test.people == (row["person"],)
    assert subject.test.labels == tuple(row["labels"])
    scores = torch.cat([subject.model(*(x[:5] for x in subject.test.inputs))[0]])
    assert torch.equal(scores, load_run(runs[0]).model()(*(x[:5] for x in subject.test.inputs))[0])


def test_the_untrained_control_sees_inputs_of_the_same_scale(made: Made, runs: list[Path]) -> None:
    subject = load_subject(runs[0], made.root, made.cache, COUNT, lambda _: None)
    for (name, own), other in zip(subject.model.named_buffers(), subject.untrained.buffers(), strict=True):
        assert torch.equal(own, other), name
    pairs = zip(subject.model.parameters(), subject.untrained.parameters(), strict=True)
    assert any(not torch.equal(own, other) for own, other in pairs)


def test_the_verb_writes_what_it_says(
    made: Made, runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--root", str(made.root), "--cache", str(made.cache), "--windows", str(COUNT)]
    code = main(["isolate", *map(str, runs), *words, "--out", str(tmp_path / "out"), "--json"])
    said = capsys.readouterr()
    assert code == 0, said.err
    row = json.loads(said.out)
    assert row["people"] == [load_run(run).row["person"] for run in runs]
    assert sorted(row["files"]) == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert set(row["share_cross"]) == {"M1", "M2", "M3", "M4"}
    assert np.isfinite(row["share_cross"]["M4"]["mean of layers"]["low"])
    assert row["advice"].startswith("Drop ")


def test_the_verb_says_it_in_words(
    made: Made, runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--root", str(made.root), "--cache", str(made.cache), "--windows", str(COUNT)]
    assert main(["isolate", str(runs[0]), *words, "--out", str(tmp_path), "-q"]) == 0
    text = capsys.readouterr().out
    assert "share across, M2: " in text
    assert "Drop " in text
    assert "nan" not in text


def test_a_perceptron_is_refused(made: Made, tmp_path: Path) -> None:
    folder = train(made, tmp_path / "mlp", "mlp linear")
    with pytest.raises(UsageError, match="no attention"):
        load_subject(folder, made.root, made.cache, COUNT, lambda _: None)


def test_a_folder_without_a_run_is_not_there(made: Made, tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match=r"run\.json"):
        load_subject(tmp_path, made.root, made.cache, COUNT, lambda _: None)
