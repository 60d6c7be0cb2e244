"""Reads a .safetensors file: a header in JSON and plain numbers, nothing that runs."""

import json
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError

_KINDS = {"F32": "<f4", "F16": "<f2", "I64": "<i8"}


def read_tensors(path: Path) -> dict[str, NDArray[np.generic]]:
    """Every tensor by name, in the shape the file gives; raises FormatError."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8 : 8 + length])
        body = memoryview(data)[8 + length :]
        return {
            name: _tensor(body, row["dtype"], row["shape"], *row["data_offsets"])
            for name, row in header.items()
            if name != "__metadata__"
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FormatError(f"{path.name} is no .safetensors file ({error}); bring it again") from error


def _tensor(body: memoryview, kind: str, shape: list[int], start: int, end: int) -> NDArray[np.generic]:
    held = np.dtype(_KINDS[kind])
    if end - start != held.itemsize * math.prod(shape) or not 0 <= start <= end <= len(body):
        raise ValueError(f"{end - start} bytes for {kind} of {shape}")
    return np.frombuffer(body[start:end], held).reshape(shape)
