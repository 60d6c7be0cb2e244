"""How like two movements are: by a Gaussian of words and of a word's repetitions, and by warping time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BAND = 5  # frames by which one movement may run ahead of the other
POOLS = 10  # spans of a warped movement
# How a way comes to a pair of frames: the movement a frame on, the template a frame on; 0: both.
AHEAD, BEHIND = 1, 2


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

        `x` (movement, value), or (movement, word, value) where a movement has other values for each word, and
        `means` (word, value), all about the wearer's mean; `repetitions` (word,) that each mean is over.
        """
        x, means = x @ self.turn.T, means @ self.turn.T
        if x.ndim == 2:
            x = x[:, None]
        times = repetitions[:, None]
        expected = means * self.between / (self.between + 1 / times)
        left = 1 + self.between / (1 + times * self.between)  # variance once the word's mean is known
        any_word = 1 + self.between
        near = ((x - expected) ** 2 / left).sum(axis=2)
        anywhere = (x * x / any_word).sum(axis=2)
        return np.asarray(-0.5 * (near - anywhere + np.log(left / any_word).sum(axis=1)))


@dataclass(frozen=True, slots=True)
class Warped:
    """One movement against some templates."""

    distances: Array  # (template,) divided by the length of the way
    frames: Array  # (template, frame, value) the movement's frames in each template's time


def warped(frames: Array, templates: Array, band: int = BAND) -> Warped:
    """Dynamic time warping of one (frame, value), or of one for each template, to (template, frame, value).

    Sakoe and Chiba, IEEE TASSP 26(1), 1978, with a band. Frames that meet one of a template are averaged.
    """
    local = ((frames[..., :, None, :] - templates[:, None]) ** 2).sum(axis=3)
    local = np.ascontiguousarray(local.transpose(1, 2, 0))
    n = len(local)
    total = np.full((n + 1, n + 1, len(templates)), np.inf)
    total[0, 0] = 0
    for i in range(n):
        for j in range(max(0, i - band), min(n, i + band + 1)):
            before = np.minimum(np.minimum(total[i, j], total[i, j + 1]), total[i + 1, j])
            np.add(local[i, j], before, out=total[i + 1, j + 1])
    return Warped(total[n, n] / (2 * n), _met(total) @ frames)


def _met(total: Array) -> Array:
    """How much of each frame meets each frame of a template, (template, template's frame, frame).

    `total` (frame + 1, template's frame + 1, template): the length of the shortest way to a pair of frames.
    """
    n, count = len(total) - 1, total.shape[2]
    met = np.zeros((count, n + 1, n + 1))
    who = np.arange(count)
    i, j = np.full(count, n), np.full(count, n)
    for _ in range(
        2 * n
    ):  # from the end back; a way that has come to the beginning stays in row and column 0
        met[who, j, i] = 1
        up, left = np.maximum(i - 1, 0), np.maximum(j - 1, 0)
        nearest = np.stack((total[up, left, who], total[up, j, who], total[i, left, who])).argmin(axis=0)
        i, j = np.where(nearest == BEHIND, i, up), np.where(nearest == AHEAD, j, left)
    met = met[:, 1:, 1:]
    return np.asarray(met / met.sum(axis=2, keepdims=True))


def templates_of(frames: Array, of: NDArray[np.intp]) -> Array:
    """The mean of every word's repetitions in the time of its first, (word, frame, value).

    `frames` (repetition, frame, value) and the number `of` each one's word.
    """
    words = int(of.max()) + 1
    firsts = np.array([np.flatnonzero(of == word)[0] for word in range(words)])
    total = np.zeros((words, *frames.shape[1:]))
    np.add.at(total, of, warped(frames, frames[firsts[of]]).frames)
    return np.asarray(total / np.bincount(of)[:, None, None])


def pooled(frames: Array) -> Array:
    """Means over `POOLS` equal spans, (..., frame, value) -> (..., POOLS * value)."""
    *shape, count, values = frames.shape
    spans = frames.reshape(*shape, POOLS, count // POOLS, values).mean(axis=-2)
    return np.asarray(spans.reshape(*shape, POOLS * values))
