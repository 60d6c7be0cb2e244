"""The shipped recipe is whole; a strange key, set or model is named."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.export.myosem.recipe import load_retrieval
from myoedge.export.recipe import RECIPES


def test_the_shipped_recipe_is_whole() -> None:
    recipe = load_retrieval("myosem")
    assert recipe.plan.encoder.samples == 200 and "myosem" in recipe.models and "user" in recipe.splits


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sets": ["myo-mars"]}, "myo-mars"),
        ({"models": ["oracle"]}, "oracle"),
        ({"colour": 1}, "colour"),
        ({"kind": "windows"}, "wanted 'retrieval'"),
        ({"window_ms": 1010}, "in steps of 50"),
        ({"hop_ms": 0}, "more than 0"),
        ({"encoder": {"depth": 3}}, "depth"),
    ],
)
def test_what_is_strange_in_a_recipe_is_named(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    row = tomllib.loads((RECIPES / "myosem.toml").read_text()) | change
    path = tmp_path / "mine.toml"
    path.write_text(_toml(row))
    with pytest.raises(FormatError, match=says):
        load_retrieval(path)


def _toml(row: dict[str, Any]) -> str:
    plain = [f"{name} = {value!r}" for name, value in row.items() if not isinstance(value, dict)]
    tables = [
        "\n".join([f"[{name}]", *(f"{key} = {one!r}" for key, one in table.items())])
        for name, table in row.items()
        if isinstance(table, dict)
    ]
    return "\n".join([*plain, *tables])


def test_a_missing_recipe_is_not_there() -> None:
    with pytest.raises(NotThereError):
        load_retrieval("venus")
