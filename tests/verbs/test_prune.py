"""`prune` refuses what it cannot prune in one line, before it reads any recording."""

from pathlib import Path

import pytest
import torch

from myoedge.__main__ import main
from myoedge.export.models import build_model
from myoedge.export.network import network_of, save_network
from myoedge.export.recipe import load_recipe

INPUTS = {"emg": (40, 8), "imu": (10, 6), "features": (68,)}


def kept(folder: Path, **options: object) -> Path:
    torch.manual_seed(0)
    model = build_model(labels=2, inputs=INPUTS, **options)  # type: ignore[arg-type]
    save_network(
        folder / "net", network_of(model, load_recipe("default").row, options, INPUTS, ("a", "b"), [])
    )
    return folder / "net"


def ended(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    try:
        code = main(["prune", *argv])
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, capsys.readouterr().err.strip().splitlines()[-1]


@pytest.mark.parametrize("macs", ["0", "1", "1.2", "none", "nan"])
def test_a_share_out_of_range_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, macs: str
) -> None:
    code, said = ended(
        capsys, "default", "--root", str(tmp_path), "--out", str(tmp_path / "out"), "--macs", macs
    )
    assert code == 2 and ("less than 1" in said or "no number above zero" in said)
    assert not (tmp_path / "out").exists()


def test_a_network_without_attention_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = kept(tmp_path, kind="mlp", hidden=8, embedding=4)
    code, said = ended(capsys, str(path), "--root", str(tmp_path), "--out", str(tmp_path / "out"))
    assert code == 2 and "no heads to prune" in said


def test_files_that_are_no_network_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    where = ("--root", str(tmp_path), "--out", str(tmp_path / "out"))
    assert ended(capsys, str(tmp_path / "gone"), *where)[0] == 3
    path = kept(tmp_path, kind="mlp", hidden=8, embedding=4)
    path.with_suffix(".json").write_text("{}")
    code, said = ended(capsys, str(path), *where)
    assert code == 1 and "make the network again" in said


def test_weights_that_are_no_numbers_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    options = {"kind": "hierarchical", "width": 8, "heads": 2, "hidden": 8, "embedding": 4}
    model = build_model(labels=2, inputs=INPUTS, **options)  # type: ignore[arg-type]
    with torch.no_grad():
        model.get_parameter("to_scores.bias")[0] = float("nan")
    save_network(
        tmp_path / "net", network_of(model, load_recipe("default").row, options, INPUTS, ("a", "b"), [])
    )
    code, said = ended(capsys, str(tmp_path / "net"), "--root", str(tmp_path), "--out", str(tmp_path / "out"))
    assert code == 1 and "no finite numbers" in said


def test_a_file_where_the_folder_should_be_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("mine")
    code, said = ended(capsys, "default", "--root", str(tmp_path), "--out", str(tmp_path / "out"))
    assert code == 2 and "is a file" in said and (tmp_path / "out").read_text() == "mine"
