"""What one repetition of a gesture looks like to the head: its windows, embedded."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Example:
    """One repetition as stops 5 to 7 give it."""

    label: str
    repetition: int
    embeddings: NDArray[np.floating[Any]]  # (window, feature)
    used: NDArray[np.bool_]  # (window, feature): False where a masked channel or no network
    levels: NDArray[np.floating[Any]]  # (window,) mean absolute value in the window's units
    aside: NDArray[np.floating[Any]] | None = None  # (2, feature): added to the mean an electrode on

    def __len__(self) -> int:
        return len(self.embeddings)

    def part(self, rows: slice | NDArray[np.bool_]) -> "Example":
        """Some of its windows, in time."""
        return replace(self, embeddings=self.embeddings[rows], used=self.used[rows], levels=self.levels[rows])
