"""Every combination once."""

from pathlib import Path
from typing import Any

import pytest

from myoedge.edge.errors import UsageError
from myoedge.export.compare.plan import folder_of, plan
from myoedge.export.supervised_recipe import Axes

Made = Any


def test_one_modality_has_no_fusion_to_choose(made: Made) -> None:
    jobs = plan(made.recipe(), made.cached()).jobs
    found = {(job.inputs, job.network.kind, job.network.fusion) for job in jobs}
    assert found == {
        (("emg",), "mlp", "linear"),
        (("emg",), "hierarchical", "linear"),
        (("emg", "imu"), "mlp", "linear"),
        (("emg", "imu"), "hierarchical", "linear"),
        (("emg", "imu"), "hierarchical", "attention"),
    }
    assert len(jobs) == 5 * 3
    assert len({folder_of(job) for job in jobs}) == len(jobs)


def test_seeds_multiply_and_each_has_its_folder(made: Made) -> None:
    jobs = plan(made.recipe(compare={"seeds": [0, 1]}), made.cached()).jobs
    assert len({folder_of(job) for job in jobs}) == len(jobs) == 2 * 5 * 3


def test_a_recipe_without_axes_is_its_own_network(made: Made) -> None:
    jobs = plan(made.recipe(compare={"inputs": [], "models": []}), made.cached()).jobs
    assert {(job.inputs, job.network.kind, job.network.fusion) for job in jobs} == {
        (("emg", "imu"), "hierarchical", "attention")
    }


def test_axes_can_be_narrowed_but_not_widened(made: Made) -> None:
    only = Axes(inputs=(("emg",),), models=("mlp",), seeds=(5,))
    (job, *_) = jobs = plan(made.recipe(), made.cached(), only).jobs
    assert len(jobs) == 3
    assert folder_of(job) == Path("made/emg/mlp-linear/anna-seed5")
    with pytest.raises(UsageError, match="inputs: met"):
        plan(made.recipe(), made.cached(), Axes(inputs=(("imu",),)))


def test_a_folds_name_makes_a_plain_folder(made: Made) -> None:
    changes = {"data": {"folds": "people:3"}}
    (job, *_) = plan(made.recipe(**changes), made.cached(**changes)).jobs
    assert job.fold == "without anna"
    assert folder_of(job).name == "without_anna-seed0"
