"""Weights come back exactly, and a file that is damaged, not finite or another network's is refused."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.export.weights import digest_of, load_weights, save_weights


def test_they_come_back_exactly(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model, other = nn.Linear(3, 2), nn.Linear(3, 2)
    save_weights(tmp_path / "w.npz", model)
    assert digest_of(other, "x") != digest_of(model, "x")
    load_weights(tmp_path / "w.npz", other)
    assert digest_of(other, "x") == digest_of(model, "x") != digest_of(model, "y")
    assert not other.training


def test_the_same_weights_are_the_same_bytes(tmp_path: Path) -> None:
    model = nn.Linear(3, 2)
    for name in ("a.npz", "b.npz"):
        save_weights(tmp_path / name, model)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]


def test_weights_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    model = nn.Linear(3, 2)
    model.weight.data[1, 1] = float("nan")
    save_weights(tmp_path / "w.npz", model)
    with pytest.raises(FormatError, match="weight holds values that are no finite numbers"):
        load_weights(tmp_path / "w.npz", nn.Linear(3, 2))


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    save_weights(tmp_path / "w.npz", nn.Linear(3, 2))
    with pytest.raises(FormatError, match="does not fit"):
        load_weights(tmp_path / "w.npz", nn.Linear(4, 2))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    save_weights(path, nn.Linear(3, 2))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(FormatError, match="cannot be read"):
        load_weights(path, nn.Linear(3, 2))
    with pytest.raises(NotThereError, match=r"no .*gone"):
        load_weights(tmp_path / "gone.npz", nn.Linear(3, 2))


def test_a_pickle_in_the_file_is_not_run(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", weight=np.array([{"a": 1}], object))
    with pytest.raises(FormatError, match="cannot be read"):
        load_weights(tmp_path / "w.npz", nn.Linear(3, 2))
