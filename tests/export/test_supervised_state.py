"""A checkpoint is whole or not there."""

from pathlib import Path

import pytest
import torch

from myoedge.edge.errors import FormatError
from myoedge.export.supervised_state import CHECKPOINT, load_state, save_state


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    state = {"epoch": 3, "kept": {"w": torch.arange(3.0)}, "looks": [{"loss": 0.5, "accuracy": None}]}
    save_state(tmp_path / "new", state)
    found = load_state(tmp_path / "new", "cpu")
    assert found is not None
    assert torch.equal(found["kept"]["w"], torch.arange(3.0))
    assert (found["epoch"], found["looks"]) == (3, state["looks"])
    assert [path.name for path in (tmp_path / "new").iterdir()] == [CHECKPOINT]


def test_there_may_be_none(tmp_path: Path) -> None:
    assert load_state(tmp_path, "cpu") is None


def test_a_torn_checkpoint_is_refused(tmp_path: Path) -> None:
    save_state(tmp_path, {"w": torch.zeros(1000)})
    whole = (tmp_path / CHECKPOINT).read_bytes()
    (tmp_path / CHECKPOINT).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FormatError, match="delete it to begin again"):
        load_state(tmp_path, "cpu")
