"""Recipes are read whole or refused by name."""

import tomllib
from pathlib import Path

import pytest

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.export.data.table import DATASETS
from myoedge.export.recipe import RECIPES, load_recipe


@pytest.mark.parametrize(
    "name", [path.stem for path in RECIPES.glob("*.toml") if "kind" not in tomllib.loads(path.read_text())]
)
def test_a_shipped_recipe_trains_on_data_whose_licence_lets_weights_ship(name: str) -> None:
    recipe = load_recipe(name)
    for source in recipe.sources:
        spec = DATASETS[source.dataset]
        assert spec.ship_weights
        assert spec.attribution
        assert not set(source.held_out) & set(spec.unseen)


def test_the_default_front_is_what_a_myo_delivers() -> None:
    front = load_recipe("default").front
    assert front.inputs == ("emg", "imu", "features")
    assert front.modalities["emg"].required
    assert not front.modalities["imu"].required
    assert front.modalities["imu"].columns == (4, 5, 6, 7, 8, 9)


def test_an_unknown_recipe_is_not_there() -> None:
    with pytest.raises(NotThereError, match="default"):
        load_recipe("no-such-recipe")


def test_a_recipe_with_a_gap_is_refused_by_name(tmp_path: Path) -> None:
    text = (RECIPES / "default.toml").read_text(encoding="utf-8")
    file = tmp_path / "torn.toml"
    file.write_text(text.replace("steps =", "strides ="), encoding="utf-8")
    with pytest.raises(FormatError, match=r"torn\.toml"):
        load_recipe(file)


def test_a_recipe_may_say_only_what_differs_from_one_of_this_package(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(
        'base = "own"\nname = "ours"\n[training]\nsteps = 7\n[[data]]\ndataset = "folder"\npath = "a"\n'
    )
    ours, own = load_recipe(file), load_recipe("own")
    assert (ours.name, ours.training.steps, ours.sources[0].path) == ("ours", 7, "a")
    assert (ours.training.every, ours.front, ours.model) == (own.training.every, own.front, own.model)


def test_a_base_that_is_not_there_is_said(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('base = "nosuch"\nname = "ours"\n')
    with pytest.raises(FormatError, match=r"nosuch\.toml is no recipe of this package"):
        load_recipe(file)


def test_an_unknown_key_is_refused_with_what_is_known(tmp_path: Path) -> None:
    text = (RECIPES / "default.toml").read_text()
    (tmp_path / "a.toml").write_text(text.replace("network_spread", "network_spred"))
    with pytest.raises(FormatError, match=r"'network_spred'; wanted some of .*network_spread"):
        load_recipe(tmp_path / "a.toml")


def test_a_recipe_says_how_much_of_the_network_stays_and_one_is_all(tmp_path: Path) -> None:
    def share(text: str) -> float | None:
        path = tmp_path / "mine.toml"
        path.write_text(f'base = "default"\n{text}\n')
        return load_recipe(path).prune

    assert (share(""), share("prune = 0.3"), share("prune = 1")) == (0.5, 0.3, None)
