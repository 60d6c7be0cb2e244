"""The report holds every figure, draws every point, and is there whole or not at all."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from myoedge.edge.errors import StorageError, UsageError
from myoedge.export.prune.prune import Asked
from myoedge.export.prune.report import claim, curve, page, write_report


def reached(value: float) -> dict[str, float]:
    return {"both": value, "network": value - 0.1, "closed_form": 0.7, "both, unseen": value}


def found() -> dict[str, Any]:
    point = {"target": 0.5, "macs": 50, "share": 0.5, "parameters": 9, "width": 16, "heads": [2, 0],
             "hidden": [8, 16], "raw": reached(0.5), "reached": reached(0.88), "s": 1.0}  # fmt: skip
    return {
        "network": "a<b",
        "asked": {"steps": 3},
        "dense": {"macs": 100, "parameters": 20, "reached": reached(0.9)},
        "points": [point],
        "spent": [
            {"network": "dense", "format": "onnx int8", "kb": 5.0, "gzip_kb": 4.0, "us": 9.0, "ratio": 1.0}
        ],
        "unstructured": {"share": 0.5, "reached": reached(0.89)},
        "electrodes": [{"channels": [0, 2], "gone": 1, "reached": reached(0.6)}],
    }


def test_every_figure_is_on_the_page() -> None:
    text = page(found())
    for figure in ("50.00", "88.00", "78.00", "8 16", "onnx int8", "60.00", "not faster", "a&lt;b"):
        assert figure in text
    assert "a<b" not in text


def test_the_curve_has_the_dense_network_and_every_share() -> None:
    root = ElementTree.fromstring(curve(found()))
    circles = [one for one in root.iter() if one.tag.endswith("circle")]
    assert len(circles) == 2 * 3  # both, network, both unseen; the closed form is no curve


def test_all_three_files_are_written(tmp_path: Path) -> None:
    names = write_report(found(), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)
    assert json.loads((tmp_path / "out" / "report.json").read_text())["points"][0]["share"] == 0.5


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        claim(tmp_path / "file")
    with pytest.raises(StorageError, match="use another --out"):
        claim(tmp_path / "file" / "below")
    claim(tmp_path / "new" / "folder")
    assert (tmp_path / "new" / "folder").is_dir()


@pytest.mark.parametrize(
    "wrong",
    [{"macs": 0.0}, {"macs": 1.0}, {"macs": 0.5, "curve": (2.0,)}, {"macs": 0.5, "unstructured": 1.5}],
)
def test_shares_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="more than 0, less than 1"):
        Asked(**wrong)
