"""Text tables: whole or refused with the row that is broken."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from myoedge.edge.errors import FormatError
from myoedge.export.data.matrix import parse_rows, read_matrix


def test_a_table_is_read_with_its_header_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("t\tx\n1\t2\n3\t-4e-5\n\n")
    assert read_matrix(path, 2, separator="\t", header=True).tolist() == [[1, 2], [3, -4e-5]]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1,2\n3\n", "row 2 has 1 columns, wanted 2"),
        ("1,2\n\n3,4\n", "row 2 has 1 columns"),
        ("1,2\n3,\n", "row 2 holds something that is no number"),
        ("#,2\n", "row 1 holds something"),
        ("\n\n", "empty file"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(FormatError, match=why):
        read_matrix(path, 2)


def test_a_missing_file_is_a_format_error_too(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        read_matrix(tmp_path / "none.csv", 2)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_table_or_a_format_error(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    path.write_bytes(raw)
    try:
        table = read_matrix(path, 2)
    except FormatError:
        return
    assert table.ndim == 2 and table.shape[1] == 2


@given(st.lists(st.lists(st.floats(width=32), min_size=3, max_size=3), min_size=1, max_size=8))
def test_numbers_come_back_as_written(rows: list[list[float]]) -> None:
    read = parse_rows([";".join(map(repr, row)) for row in rows], 3, separator=";")
    assert np.array_equal(read, np.array(rows), equal_nan=True)
