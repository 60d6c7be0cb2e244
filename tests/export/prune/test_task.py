"""A network goes on from its own data alone: an episode's or a run's, with the windows it was trained on."""

from pathlib import Path
from typing import Any

import pytest

from myoedge.edge.errors import MismatchError, NotThereError
from myoedge.export.network import FloatNetwork, load_network
from myoedge.export.prune.cut import cut
from myoedge.export.prune.importance import importance, transformer
from myoedge.export.prune.plan import make_plan
from myoedge.export.prune.task import Episodes, Windows, check_inputs, task_of
from myoedge.export.supervised_recipe import Network
from myoedge.export.supervised_run import Job, train_run

Made = Any


def test_held_out_people_are_measured(network: FloatNetwork, episodes: Episodes) -> None:
    found = episodes.measure(network.model)
    assert set(found) == {"both", "network", "closed_form"} and found["closed_form"] > 0.8
    unseen = Episodes(network, episodes.recipe, episodes.pool, episodes.pool).measure(network.model)
    assert unseen["both, unseen"] == found["both"]


def test_a_run_is_pruned_by_its_own_loss(made: Made, tmp_path: Path) -> None:
    job = Job(made.recipe(training={"epochs": 2}), "ben", ("emg", "imu"), Network("hierarchical"), 0)
    train_run(job, made.cached(), tmp_path / "run", lambda _: None)
    network = load_network(tmp_path / "run")
    task = task_of(network, made.root, made.cache, lambda _: None)
    assert isinstance(task, Windows)
    model = transformer(network.model)
    found = importance(model, task.loss, 2)
    small, _ = cut(network, make_plan(network, model, found, round(0.6 * network.row["macs"])))
    before = {name: value.clone() for name, value in network.model.state_dict().items()}
    task.tune(small, 10, lambda _: None)
    assert 0 <= task.measure(small)["test"] <= 1
    assert all((before[name] == value).all() for name, value in network.model.state_dict().items())


def test_recordings_that_the_network_was_not_made_for_are_refused(network: FloatNetwork) -> None:
    with pytest.raises(MismatchError, match="prune it with the recipe and data it was trained on"):
        check_inputs(network, {"emg": (40, 4), "imu": (10, 6), "features": (68,)})
    with pytest.raises(MismatchError):
        check_inputs(network, dict(reversed(network.inputs.items())))


def test_data_that_is_not_there_is_said(network: FloatNetwork, tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="wants myo-uci there"):
        task_of(network, tmp_path, tmp_path, lambda _: None)
