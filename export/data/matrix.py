"""Reads a text table of numbers whole or not at all, and says which row is broken."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError

Matrix = NDArray[np.float64]


def read_matrix(path: Path, columns: int, *, separator: str = ",", header: bool = False) -> Matrix:
    """A table of exactly `columns` numbers a row, (row, column); FormatError names the first bad row."""
    try:
        text = path.read_text(encoding="ascii")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path.name} is not text (byte {error.start}); wanted rows of numbers") from None
    except OSError as error:
        raise FormatError(f"{path.name} cannot be read: {error.strerror}") from None
    rows = text.splitlines()[1 if header else 0 :]
    while rows and not rows[-1].strip():
        rows.pop()
    if not rows:
        raise FormatError("empty file")
    return parse_rows(rows, columns, separator=separator, first_row=2 if header else 1)


def parse_rows(rows: Sequence[str], columns: int, *, separator: str, first_row: int = 1) -> Matrix:
    """Rows of text to numbers, (row, column); `first_row` is the line number of rows[0] in messages."""
    for number, row in enumerate(rows, first_row):
        if row.count(separator) != columns - 1:
            raise FormatError(f"row {number} has {row.count(separator) + 1} columns, wanted {columns}")
    try:
        return np.loadtxt(rows, dtype=np.float64, delimiter=separator, comments=None, ndmin=2)
    except ValueError:
        number = next(n for n, row in enumerate(rows, first_row) if not _all_numbers(row.split(separator)))
        raise FormatError(f"row {number} holds something that is no number") from None


def _all_numbers(parts: Sequence[str]) -> bool:
    try:
        [float(part) for part in parts]
    except ValueError:
        return False
    return True
