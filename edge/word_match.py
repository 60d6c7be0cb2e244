"""How like two movements are: by a Gaussian of words and of a word's repetitions, and by warping time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BAND = 5  # frames by which one movement may run ahead of the other


@dataclass(frozen=True, slots=True)
class Factor:
    """Turns values so that repetitions of a word have variance 1 and words themselves have `between`.

    The two-covariance model of probabilistic linear discriminant analysis (Ioffe, ECCV 2006, in the form of
    Brummer and de Villiers, Odyssey 2010), both covariances other people's: what one or two repetitions
    cannot show is known from them.
    """

    turn: Array  # (kept, value)
    between: Array  # (kept,)

    def likelihood_ratio(self, x: Array, means: Array, repetitions: Array) -> Array:
        """log p(x | this word) - log p(x | any word), (movement, word).

        `x` (movement, value) and `means` (word, value) about the wearer's mean; `repetitions` (word,) that
        each mean is over.
        """
        x, means = x @ self.turn.T, means @ self.turn.T
        times = repetitions[:, None]
        expected = means * self.between / (self.between + 1 / times)
        left = 1 + self.between / (1 + times * self.between)  # variance once the word's mean is known
        any_word = 1 + self.between
        near = ((x[:, None] - expected) ** 2 / left).sum(axis=2)
        anywhere = (x * x / any_word).sum(axis=1)[:, None]
        return np.asarray(-0.5 * (near - anywhere + np.log(left / any_word).sum(axis=1)))


def warped_distances(frames: Array, taught: Array, band: int = BAND) -> Array:
    """Dynamic time warping to each of `taught`, (frame, value) and (movement, frame, value) -> (movement,).

    Sakoe and Chiba, IEEE TASSP 26(1), 1978, with a band; divided by the length of the way.
    """
    count, n = len(taught), len(frames)
    local = ((frames[None, :, None] - taught[:, None]) ** 2).sum(axis=3)
    total = np.full((n + 1, n + 1, count), np.inf)
    total[0, 0] = 0
    local = np.ascontiguousarray(local.transpose(1, 2, 0))
    for i in range(n):
        for j in range(max(0, i - band), min(n, i + band + 1)):
            before = np.minimum(np.minimum(total[i, j], total[i, j + 1]), total[i + 1, j])
            np.add(local[i, j], before, out=total[i + 1, j + 1])
    return np.asarray(total[n, n] / (2 * n))
