"""A network's weights on disk: one .npz of plain arrays, read without pickle and written whole."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.edge.places import write_atomically
from myoedge.export.golden import pack

if TYPE_CHECKING:
    from torch import nn

MOST_BYTES = 1 << 30  # of a file of weights: ours have a thousandth of it
READABLE = 0o644


def save_weights(path: Path, model: "nn.Module") -> None:
    """Write all parameters and buffers by their names; what was there stays until the new file is whole.

    Raises StorageError.
    """
    arrays = {name: value.detach().cpu().numpy() for name, value in model.state_dict().items()}
    write_atomically(path, pack(arrays), READABLE)


def load_weights(path: Path, model: "nn.Module") -> "nn.Module":
    """Fill `model`, which comes back judging.

    Raises NotThereError, or FormatError for arrays that are damaged, not finite, or another network's.
    """
    import torch

    if not path.is_file():
        raise NotThereError(f"no {path}; wanted the weights beside it as they were written")
    if path.stat().st_size > MOST_BYTES:
        raise FormatError(f"{path} has {path.stat().st_size} bytes; wanted at most {MOST_BYTES}")
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except Exception as error:  # a damaged zip raises many kinds
        raise FormatError(f"{path} cannot be read ({type(error).__name__}); make it again") from error
    for name, array in arrays.items():
        if array.dtype.kind not in "fiub" or not np.isfinite(array).all():
            raise FormatError(f"{path}: {name} holds values that are no finite numbers; train it again")
    try:
        model.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    except RuntimeError as error:
        raise FormatError(f"{path} does not fit the network described beside it ({error})") from error
    return model.eval()


def digest_of(model: "nn.Module", about: Any) -> str:
    """sha256 of every weight by name, and of the text of `about`."""
    found = hashlib.sha256(repr(about).encode())
    for name, value in model.state_dict().items():
        array = value.detach().cpu().numpy()
        found.update(f"{name} {array.dtype.str} {array.shape}".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()
