"""Brings a wearer's numbers to what other people's look like: their spread, a mean between theirs and own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
WORDS_HALF = 3.0  # so many taught words count as much as other people's mean (docs/words.md)


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and spread of both modalities' values over other people's movements."""

    emg_mean: Array
    emg_spread: Array
    imu_mean: Array
    imu_spread: Array

    def of(self, emg: Sequence[Array], imu: Sequence[Array], words: int) -> "Scale":
        """The wearer's own, from (..., value) arrays of that many different words."""
        return Scale(
            between(self.emg_mean, emg, words),
            self.emg_spread,
            between(self.imu_mean, imu, words),
            self.imu_spread,
        )

    def __call__(self, emg: Array, imu: Array) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Both standardised."""
        return (
            ((emg - self.emg_mean) / self.emg_spread).astype(np.float32),
            ((imu - self.imu_mean) / self.imu_spread).astype(np.float32),
        )

    @staticmethod
    def own_share(words: int) -> float:
        """How much the wearer's own mean counts."""
        return words / (words + WORDS_HALF)


def between(mean: Array, own: Sequence[Array], words: int) -> Array:
    """Other people's mean and that of the wearer's own (..., value) arrays, by how many words they are of."""
    if not own:
        return mean
    rows = np.concatenate([x.reshape(-1, x.shape[-1]) for x in own])
    return np.asarray(mean + Scale.own_share(words) * (rows.mean(axis=0) - mean))
