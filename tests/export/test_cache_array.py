"""An array written piece by piece is the array."""

from pathlib import Path

import numpy as np
import pytest

from myoedge.export.cache_array import ArrayWriter


def test_pieces_make_one_array(tmp_path: Path) -> None:
    whole = np.random.default_rng(0).normal(size=(1234, 3, 2)).astype(np.float32)
    writer = ArrayWriter(tmp_path / "a.npy", (3, 2))
    for piece in np.array_split(whole, 7):
        writer.append(piece)
    writer.close()
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy", mmap_mode="r"), whole)


def test_no_piece_makes_an_empty_array(tmp_path: Path) -> None:
    ArrayWriter(tmp_path / "a.npy", (3, 2)).close()
    assert np.load(tmp_path / "a.npy").shape == (0, 3, 2)


def test_another_shape_is_refused(tmp_path: Path) -> None:
    writer = ArrayWriter(tmp_path / "a.npy", (3, 2))
    with pytest.raises(ValueError, match=r"wanted \(3, 2\)"):
        writer.append(np.zeros((5, 2, 3), np.float32))
    writer.close()
