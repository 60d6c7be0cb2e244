"""A comparison from recipe to report, and on again where it was left."""

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from myoedge.edge.errors import UsageError
from myoedge.export.compare.comparison import Crew, compare
from myoedge.export.compare.tally import confusion_of, lines_of, tally
from myoedge.export.supervised_recipe import Axes
from myoedge.export.supervised_run import RUN, load_run

Made = Any


def go(made: Made, out: Path, said: list[str] | None = None, **changes: Any) -> dict[str, Any]:
    say = (lambda _: None) if said is None else said.append
    recipe = made.recipe(training={"epochs": 2}, **changes)
    return compare([recipe], made.root, out, made.cache, Crew(here=True), Axes(), say)


@pytest.fixture(scope="module")
def done(made: Made, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("out")
    return out, go(made, out)


def test_every_architecture_has_a_row_over_people(done: tuple[Path, dict[str, Any]]) -> None:
    (part,) = done[1]["parts"]
    assert part["unit"] == "person"
    assert [row["name"] for row in part["rows"]] == [
        "emg mlp",
        "emg hierarchical",
        "emg+imu mlp linear",
        "emg+imu hierarchical linear",
        "emg+imu hierarchical attention",
    ]
    assert all(set(row["units"]) == {"anna", "ben", "chen"} for row in part["rows"])
    assert len(part["pairs"]) == 10
    assert done[1]["cost"]["runs"] == 15


def test_the_page_needs_nothing_else_and_shows_every_plot(done: tuple[Path, dict[str, Any]]) -> None:
    page = (done[0] / "report.html").read_text()
    assert not re.findall(r'(?:src|href)="', page)
    assert page.count("<svg") == page.count("</svg>") == 4
    for name in ("emg+imu hierarchical attention", "Accuracy against cost", "Recall of every gesture"):
        assert name in page


def test_the_tables_hold_what_the_result_says(done: tuple[Path, dict[str, Any]]) -> None:
    out, row = done
    rows = list(csv.DictReader((out / "table.csv").read_text().splitlines()))
    assert [float(one["gesture_mean"]) for one in rows] == pytest.approx(
        [one["gesture"]["mean"] for one in row["parts"][0]["rows"]], abs=1e-4
    )
    assert len(list(csv.DictReader((out / "people.csv").read_text().splitlines()))) == 15
    assert len(list(csv.DictReader((out / "pairs.csv").read_text().splitlines()))) == 10


def test_only_what_is_missing_is_done_again(made: Made, done: tuple[Path, dict[str, Any]]) -> None:
    out = done[0]
    lost = out / "made" / "emg" / "mlp-linear" / "ben-seed0"
    before = json.loads((lost / RUN).read_text())
    shutil.rmtree(lost)
    said: list[str] = []
    row = go(made, out, said)
    assert row["cost"]["runs"] == 1
    assert any("14 of them done before" in line for line in said)
    after = json.loads((lost / RUN).read_text())
    assert {**after, "cost": 0} == {**before, "cost": 0}


def test_another_recipe_is_not_mixed_in(made: Made, done: tuple[Path, dict[str, Any]]) -> None:
    with pytest.raises(UsageError, match="another recipe; use another --out"):
        compare(
            [made.recipe(training={"epochs": 3})],
            made.root,
            done[0],
            made.cache,
            Crew(here=True),
            Axes(),
            print,
        )


def test_networks_trained_without_pathways_stand_beside_those_that_had_them(
    made: Made, tmp_path: Path
) -> None:
    options = {**made.row()["options"]["hierarchical"], "silenced": ["cross"]}
    recipes = [
        made.recipe(training={"epochs": 2}),
        made.recipe(training={"epochs": 2}, name="made-cut", options={"hierarchical": options}),
    ]
    only = Axes(inputs=(("emg", "imu"),), models=("hierarchical attention",))
    row = compare(recipes, made.root, tmp_path, made.cache, Crew(here=True), only, lambda _: None)
    whole, cut = row["parts"]
    assert whole["against"] == []
    (pair,) = cut["against"]
    assert pair["first"] == "emg+imu hierarchical attention of made"
    units = [part["rows"][0]["units"] for part in (whole, cut)]
    lost = [units[1][person]["window"] - units[0][person]["window"] for person in units[0]]
    assert pair["window"]["mean"] == pytest.approx(sum(lost) / 3)
    folders = [
        tmp_path / name / "emg+imu" / "hierarchical-attention" / "anna-seed0" for name in ("made", "made-cut")
    ]
    losses = [load_run(folder).row["training"]["looks"][-1]["loss"] for folder in folders]
    assert losses[0] != losses[1]  # cut in training, not only in use
    assert "Against other recipes" in (tmp_path / "report.html").read_text()
    assert "of made," in (tmp_path / "pairs.csv").read_text()


def test_one_person_is_compared_over_repetitions(done: tuple[Path, dict[str, Any]]) -> None:
    runs = [load_run(path.parent) for path in sorted(done[0].rglob("anna-seed0/run.json"))]
    (part,) = tally(runs)
    assert part["unit"] == "repetition"
    assert len(part["rows"][0]["units"]) == 3


def test_confusions_of_people_with_other_labels_add_up(done: tuple[Path, dict[str, Any]]) -> None:
    line = lines_of([load_run(path.parent) for path in sorted(done[0].rglob(RUN))])[0]
    labels, counts = confusion_of(line.runs, "gesture")
    assert labels == ["fist", "folder:wave", "rest"]
    assert sum(map(sum, counts)) == 9
