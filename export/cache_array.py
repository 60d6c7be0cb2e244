"""Writes a .npy of unknown length piece by piece, so that memory stays flat however large a data set is."""

from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray


class ArrayWriter:
    """Rows of one shape, float32; the header is written again at `close`, when their number is known."""

    def __init__(self, path: Path, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._file = path.open("wb")
        self._rows = 0
        self._header()
        self._start = self._file.tell()

    def append(self, rows: NDArray[np.float32]) -> None:
        """(row, *shape); raises ValueError for another shape."""
        if rows.shape[1:] != self._shape:
            raise ValueError(f"met rows of shape {rows.shape[1:]}, wanted {self._shape}")
        self._file.write(np.ascontiguousarray(rows, np.float32).tobytes())
        self._rows += len(rows)

    def close(self) -> None:
        self._file.seek(0)
        self._header()
        if self._file.tell() != self._start:  # numpy leaves room for the first axis to grow
            raise ValueError("the header of the array grew; wanted its length unchanged")
        self._file.close()

    def _header(self) -> None:
        row = {"descr": "<f4", "fortran_order": False, "shape": (self._rows, *self._shape)}
        npy.write_array_header_1_0(self._file, row)
