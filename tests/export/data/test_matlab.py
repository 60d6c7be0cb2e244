"""MATLAB v5 files: whole, torn anywhere, or of another kind."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myoedge.edge.errors import FormatError
from myoedge.export.data.matlab import matrix, variables, vector

scipy_io = pytest.importorskip("scipy.io", reason="the .mat reader is scipy's")


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "a.mat"
    emg = np.random.default_rng(0).normal(size=(200, 3))
    scipy_io.savemat(path, {"emg": emg, "label": np.arange(200)[:, None]}, do_compression=True)
    return path.read_bytes()


def test_a_whole_file_is_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mat"
    path.write_bytes(content)
    assert variables(path) == {"emg": (200, 3), "label": (200, 1)}
    assert matrix(path, "emg").shape == (200, 3)
    assert vector(path, "label").tolist() == list(range(200))
    with pytest.raises(FormatError, match="missing"):
        matrix(path, "glove")
    with pytest.raises(FormatError, match="one column"):
        vector(path, "emg")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_torn_or_altered_file_is_a_format_error_or_read(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject
) -> None:
    stop = data.draw(st.integers(0, len(content) - 1))
    bad = bytearray(content[:stop])
    for place in data.draw(st.lists(st.integers(0, max(0, stop - 1)), max_size=4)) if stop else []:
        bad[place] ^= 0xFF
    path = tmp_path_factory.mktemp("torn") / "a.mat"
    path.write_bytes(bytes(bad))
    for read in (lambda: variables(path), lambda: matrix(path, "emg"), lambda: vector(path, "label")):
        try:
            read()
        except FormatError as error:
            assert (
                "wanted" in str(error)
                or "torn" in str(error)
                or "missing" in str(error)
                or "holds" in str(error)
            )


def test_a_file_of_the_newer_kind_is_told_from_a_torn_one(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    path.write_bytes(
        b"MATLAB 7.3 MAT-file".ljust(116) + b"\0" * 8 + b"\0\2IM" + b"\x89HDF\r\n\x1a\n" + b"\0" * 400
    )
    with pytest.raises(FormatError, match=r"v7\.3"):
        variables(path)
