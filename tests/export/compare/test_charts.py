"""Plots are whole SVG at every accuracy, and say their numbers."""

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from myoedge.export.compare.charts import accuracies, costs, heat_map, recalls


def row(name: str, mean: float, macs: int = 1000) -> dict[str, Any]:
    spread = {"mean": mean, "low": mean * 0.9, "high": min(1.0, mean * 1.1)}
    return {"name": name, "kind": name.split()[1], "macs": macs, "window": spread, "gesture": spread}


def texts(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter() if one.tag == "text"]


@pytest.mark.parametrize("mean", [0.0, 0.5, 0.93, 1.0])
def test_any_accuracy_can_be_drawn(mean: float) -> None:
    rows = [row("emg mlp", mean), row("emg+imu hierarchical attention", mean, 250_000)]
    for svg in (accuracies("A", rows), costs("C", rows), accuracies("A", rows[:1]), costs("C", rows[:1])):
        assert "emg mlp" in " ".join(texts(svg))
        assert "nan" not in svg and "inf" not in svg


def test_all_right_everywhere_is_no_division_by_zero() -> None:
    rows = [row("emg mlp", 1.0)]
    rows[0]["window"] = rows[0]["gesture"] = {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert "100" in texts(accuracies("A", rows))
    assert "100" in texts(costs("C", rows))


def test_a_cell_says_its_share_and_an_untested_label_none() -> None:
    svg = heat_map("H", ["psl:w01", "b"], [[3, 1], [0, 0]])
    assert {"w01", "b", "75", "25"} <= set(texts(svg))
    assert "w01 decided as b: 1 of 4" in svg


def test_recalls_of_two_architectures_stand_beside_each_other() -> None:
    svg = recalls("R", ["emg mlp", "imu hierarchical"], {"fist": [0.5, None], "<wave>": [1.0, 0.0]})
    assert "<wave>" in texts(svg)
    root = ElementTree.fromstring(svg)
    assert len(root.findall("rect")) == 2
    assert len(root.findall("polygon")) == 1
