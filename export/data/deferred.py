"""Signals that stay in their file until they are asked for: a set may be larger than memory."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float32]
# read(path, modality, every, start, stop): rows start..stop of a modality after the mean of every `every`
# file rows, (time, channel). A function of a module, so that a repetition can be sent to another process.
Reader = Callable[[Path, str, int, int, int], Signal]


@dataclass(frozen=True, slots=True)
class Piece:
    """Which rows of a modality."""

    start: int  # in rows of the modality's own rate
    stop: int
    every: int = 1  # file rows that make one


class Deferred(Mapping[str, Signal]):
    """A repetition's signals by modality; each access reads the file (readers keep what they read last)."""

    __slots__ = ("_path", "_pieces", "_read")

    def __init__(self, read: Reader, path: Path, pieces: Mapping[str, Piece]) -> None:
        self._read = read
        self._path = path
        self._pieces = dict(pieces)

    def __getitem__(self, modality: str) -> Signal:
        piece = self._pieces[modality]
        return self._read(self._path, modality, piece.every, piece.start, piece.stop)

    def __iter__(self) -> Iterator[str]:
        return iter(self._pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def __contains__(self, modality: object) -> bool:
        return modality in self._pieces  # Mapping's own would read the file

    def rows(self, modality: str) -> int:
        """Length of a modality, without reading it."""
        piece = self._pieces[modality]
        return piece.stop - piece.start


def pooled(samples: NDArray[np.generic], every: int) -> Signal:
    """Means of `every` rows, an incomplete last group dropped; (time, channel) to float32."""
    if every == 1:
        return np.ascontiguousarray(samples, dtype=np.float32)
    groups = len(samples) // every
    parts = samples[: groups * every].reshape(groups, every, samples.shape[1])
    return np.ascontiguousarray(parts.mean(axis=1, dtype=np.float64), dtype=np.float32)
