"""A checkpoint on disk: tensors and plain values in one file that is replaced whole."""

import os
from pathlib import Path
from typing import Any

from myoedge.edge.errors import FormatError

CHECKPOINT = "checkpoint.pt"


def save_state(folder: Path, state: dict[str, Any], name: str = CHECKPOINT) -> None:
    """Write tensors, numbers, texts and lists of them; what was there stays until the new file is whole."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f".{name}.{os.getpid()}"
    with place.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    place.replace(folder / name)


def load_state(folder: Path, device: str, name: str = CHECKPOINT) -> dict[str, Any] | None:
    """What `save_state` wrote, None where there is none; raises FormatError when it is damaged."""
    import torch

    path = folder / name
    if not path.is_file():
        return None
    try:
        state = torch.load(path, map_location=device, weights_only=True)
    except Exception as error:  # a damaged zip or pickle raises many kinds
        raise FormatError(
            f"{path} cannot be read ({type(error).__name__}); delete it to begin again"
        ) from error
    if not isinstance(state, dict):
        raise FormatError(
            f"{path} holds {type(state).__name__}, wanted a checkpoint; delete it to begin again"
        )
    return state
