"""Tensors in the published layout are read whole, and a damaged file says so."""

import json
from pathlib import Path

import numpy as np
import pytest

from myoedge.edge.errors import FormatError
from myoedge.export.sentence.tensors import read_tensors


def _file(path: Path, header: dict[str, object], body: bytes) -> Path:
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


def test_tensors_come_in_their_shape(tmp_path: Path) -> None:
    value = np.arange(6, dtype="<f4").reshape(2, 3)
    row = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
    header = {"__metadata__": {"format": "pt"}, "a": row}
    read = read_tensors(_file(tmp_path / "x.safetensors", header, value.tobytes()))
    assert list(read) == ["a"] and np.array_equal(read["a"], value)


@pytest.mark.parametrize(
    "row",
    [
        {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 20]},
        {"dtype": "F32", "shape": [2, 3], "data_offsets": [8, 32]},
        {"dtype": "F8", "shape": [2], "data_offsets": [0, 2]},
        {"shape": [2], "data_offsets": [0, 2]},
        [],
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, row: object) -> None:
    with pytest.raises(FormatError, match="bring it again"):
        read_tensors(_file(tmp_path / "x.safetensors", {"a": row}, bytes(24)))


def test_a_cut_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes((99).to_bytes(8, "little") + b"{")
    with pytest.raises(FormatError):
        read_tensors(path)
