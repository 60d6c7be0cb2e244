"""Mean and deviation of each channel over a fold's training repetitions, and over nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.export.data.fold import Fold
from myoedge.export.data.repetition import Repetition, Signal


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """One modality's mean and deviation."""

    mean: NDArray[np.float64]  # (channel,)
    deviation: NDArray[np.float64]  # (channel,); 1 for a channel that never changes

    def __call__(self, samples: Signal) -> Signal:
        """(..., channel) with mean 0 and deviation 1 where training had them so."""
        return ((samples - self.mean) / self.deviation).astype(np.float32)


def training_scale(
    fold: Fold, modality: str, prepared: Callable[[Repetition], Signal] | None = None
) -> Scale:
    """The scale of a fold's training, one repetition in memory at a time.

    `prepared`: a repetition's samples as the model sees them, (time, channel); without it the raw signal.
    Raises FormatError when no training repetition holds the modality.
    """
    rows, mean, square = 0, np.zeros(1), np.zeros(1)
    for repetition in fold.train:
        if modality not in repetition.signals:
            continue
        samples = np.asarray(prepared(repetition) if prepared else repetition.signals[modality], np.float64)
        if not len(samples):
            continue
        # Chan, Golub, LeVeque 1983: pieces are joined without the loss that a sum of squares would have.
        own = samples.mean(axis=0)
        total = rows + len(samples)
        step = own - mean
        square = square + ((samples - own) ** 2).sum(axis=0) + step**2 * (rows * len(samples) / total)
        mean, rows = mean + step * (len(samples) / total), total
    if not rows:
        raise FormatError(
            f"{fold.name}: no {modality} in the training repetitions; wanted a modality of the set"
        )
    deviation = np.sqrt(square / rows)
    still = deviation <= 1e-6 * np.maximum(np.abs(mean), 1e-30)
    return Scale(mean, np.where(still, 1.0, deviation))
