"""Reads MATLAB v5 files by variable, and says what a torn or foreign file is."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError

# What scipy raises for bytes that are no MATLAB file, besides its own MatReadError.
_TORN = (ValueError, KeyError, IndexError, TypeError, OSError, EOFError, OverflowError, MemoryError)


def variables(path: Path) -> dict[str, tuple[int, ...]]:
    """Shape of every variable, without its values; FormatError for what is no whole v5 file."""
    from scipy.io import whosmat
    from scipy.io.matlab import MatReadError

    try:
        return {name: tuple(shape) for name, shape, _ in whosmat(path)}
    except NotImplementedError:
        raise FormatError("is a MATLAB v7.3 file (HDF5), wanted v5; save it with -v7") from None
    except (*_TORN, MatReadError, zlib.error, struct.error) as error:
        raise _torn(error) from None


def matrix(path: Path, name: str) -> NDArray[Any]:
    """One variable as plain numbers, (row, column); FormatError when it is missing, torn or none."""
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        found = loadmat(path, variable_names=[name]).get(name)
    except NotImplementedError:
        raise FormatError("is a MATLAB v7.3 file (HDF5), wanted v5; save it with -v7") from None
    except (*_TORN, MatReadError, zlib.error, struct.error) as error:
        raise _torn(error) from None
    if not isinstance(found, np.ndarray) or found.ndim != 2 or found.dtype.kind not in "biuf":
        raise FormatError(f"{name} is missing or no matrix of numbers")
    return found


def vector(path: Path, name: str) -> NDArray[np.int64]:
    """One column (or row) of whole numbers; FormatError when it is something else."""
    found = matrix(path, name)
    if 1 not in found.shape:
        raise FormatError(f"{name} has shape {found.shape}, wanted one column")
    flat = found.ravel()
    if not np.isfinite(flat).all() or (flat != np.round(flat)).any():
        raise FormatError(f"{name} holds values that are no whole numbers")
    return flat.astype(np.int64)


def _torn(error: Exception) -> FormatError:
    said = " ".join(str(error).split()) or type(error).__name__
    return FormatError(f"is no whole MATLAB v5 file ({said}): torn, or of another kind")
