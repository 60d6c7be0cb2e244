"""Every key of a recipe is known; what is met and what was wanted is said."""

from pathlib import Path
from typing import Any

import pytest

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.export.recipe import RECIPES
from myoedge.export.supervised_recipe import is_supervised, known, load_supervised, supervised_from_toml

Made = Any

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"epochs": 3}, "the recipe met the key 'epochs', wanted one of name"),
    ({"training": {"epoch": 3}}, r"\[training\] met the key 'epoch', wanted one of epochs"),
    ({"training": {"epochs": "3"}}, r"\[training\] epochs = '3', wanted a value of type int"),
    ({"training": {"epochs": 0}}, "epochs = 0, wanted 1 or more"),
    ({"training": {"device": "tpu"}}, "wanted auto, cpu, cuda"),
    ({"training": {"absent": {"eeg": 0.5}}}, "absent eeg = 0.5, wanted 0 to below 1 for one of emg, imu"),
    ({"training": {"absent": {"imu": 1.0}}}, "absent imu = 1, wanted 0 to below 1"),
    ({"training": {"absent": {"imu": "half"}}}, r"absent imu = 'half', wanted a value of type float"),
    ({"data": {"rest": "half"}}, "wanted keep, even, drop"),
    ({"data": {"set": "x"}}, r"\[data\] met the key 'set'"),
    ({"front": {"rate": 3}}, r"\[front\] met the key 'rate'"),
    ({"front": {"clock": "imu2"}}, "met clock = 'imu2', wanted one of emg, imu"),
    ({"front": {"modalities": {"emg": {"window": 200}}}}, "emg] met the key 'window'"),
    ({"front": {"modalities": {"emg": {}}}}, "emg] lacks 'window_ms'"),
    ({"front": {"modalities": {"emg": {"window_ms": 9, "as": "up"}}}}, "'up', wanted one of tilt"),
    ({"model": {"kind": "lstm"}}, "met the model 'lstm attention', wanted one of mlp"),
    ({"compare": {"models": ["mlp sideways"]}}, "then linear or attention"),
    ({"compare": {"inputs": [["emg", "eeg"]]}}, r"met \['eeg'\], wanted some of emg, imu"),
    ({"kind": "other"}, "met kind 'other', wanted 'windows'"),
]


@pytest.mark.parametrize(("change", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_is_not_known_is_refused(made: Made, change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        made.recipe(**change)


def test_what_is_missing_is_named(made: Made) -> None:
    row = made.row()
    del row["data"]["folds"]
    with pytest.raises(ValueError, match=r"\[data\] lacks 'folds'"):
        supervised_from_toml(row)


def test_a_file_is_named_in_the_error(made: Made, tmp_path: Path) -> None:
    path = made.toml(tmp_path / "a.toml", training={"epoch": 3})
    with pytest.raises(FormatError, match=r"a\.toml: .*'epoch'"):
        load_supervised(path)
    with pytest.raises(NotThereError, match="isonet-psl"):
        load_supervised("nosuch")


def test_a_recipe_of_a_bundle_is_none_of_these(made: Made, tmp_path: Path) -> None:
    assert not is_supervised("default")
    assert not is_supervised("nosuch")
    assert is_supervised(made.toml(tmp_path / "a.toml"))


def test_every_shipped_recipe_reads() -> None:
    names = known().split(", ")
    assert {path.stem for path in RECIPES.glob("isonet-*.toml")} <= set(names)
    for name in names:
        recipe = load_supervised(name)
        assert recipe.name == name
        assert set(recipe.options) <= {"mlp", "multimodal", "hierarchical"}


def test_whole_numbers_stand_for_others_and_defaults_are_the_documented_ones(made: Made) -> None:
    recipe = made.recipe(training={"rate": 1})
    assert (recipe.training.rate, recipe.training.patience, recipe.training.clip) == (1.0, 10, 1.0)
    assert recipe.compare.inputs == (("emg",), ("emg", "imu"))
