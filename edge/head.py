"""The wearer's head: a Gaussian a label with one shared covariance, on the bundle's embedding.

The embedding comes in blocks (closed-form features, the network's); no covariance is kept between blocks, so
a block that is not there (the network when its engine stalls, a dead channel's values) is simply left out of
the sum: the marginal of the same Gaussian.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.edge.sway import Sway, explained, sway_from

Array = NDArray[np.float64]
MASKS = (
    32  # whitenings kept, one a set of features in use: channels that come and go must not fill the memory
)


@dataclass(frozen=True)
class Head:
    """Means and covariances of one wearer; all features are divided by `spread` first."""

    labels: tuple[str, ...]
    means: Array  # (label, feature), in units of spread
    spread: Array  # (feature,)
    blocks: tuple[tuple[int, int], ...]  # feature ranges, in order, covering all
    covariances: tuple[Array, ...]  # one a block, in units of spread squared
    temperature: float = 1.0  # the posterior is softmax(log density * temperature)
    sway: Sway | None = None  # how the means change as the band turns; None: windows are read as worn only

    @cached_property
    def _whitened(self) -> dict[bytes, tuple[NDArray[np.intp], Array, Array, Array | None]]:
        return {}

    def _whitening(self, used: NDArray[np.bool_]) -> tuple[NDArray[np.intp], Array, Array, Array | None]:
        """Indices used, the matrix that whitens them, the means whitened, and what sways; kept a mask."""
        key = used.tobytes()
        if key not in self._whitened:
            index = np.flatnonzero(used)
            matrix = np.zeros((len(index), len(index)))
            for (start, stop), cov in zip(self.blocks, self.covariances, strict=True):
                keep = used[start:stop]
                at = np.flatnonzero((index >= start) & (index < stop))
                if len(at):
                    lower = np.linalg.cholesky(cov[np.ix_(keep, keep)])
                    matrix[np.ix_(at, at)] = np.linalg.inv(lower)
            matrix /= self.spread[index]
            means = (self.means[:, index] * self.spread[index]) @ matrix.T
            if len(self._whitened) >= MASKS:
                del self._whitened[next(iter(self._whitened))]
            aside = None
            if self.sway is not None:
                aside = (self.sway.aside[..., index] * self.spread[index]) @ matrix.T
            self._whitened[key] = (index, matrix, means, aside)
        return self._whitened[key]

    def distances(self, embedding: NDArray[Any], used: NDArray[np.bool_] | None = None) -> Array:
        """Squared Mahalanobis distance to each label's mean, (..., label), divided by the number of features.

        `embedding` is (..., feature); `used` marks the features that count (default: all). A window that is
        far from every label is read once more with the band turned, where the head knows how it sways.
        """
        used = np.ones(len(self.spread), bool) if used is None else used
        index, matrix, means, aside = self._whitening(used)
        white = embedding[..., index] @ matrix.T
        away = white[..., None, :] - means
        count = max(len(index), 1)
        found = np.asarray(np.add.reduce(away * away, axis=-1) / count)
        if self.sway is not None and aside is not None:
            far = found.min(axis=-1) > self.sway.beyond
            if far.any():
                found[far] += self.sway.price - explained(away[far], aside) / count
        return found

    def as_worn(self) -> "Head":
        """The same without a thought of the band being turned."""
        return replace(self, sway=None)

    def as_turned(self) -> "Head":
        """The same for a band that is known to have moved: every window is read turned too, at no price."""
        return replace(self, sway=replace(self.sway, beyond=0.0, price=0.0)) if self.sway else self

    def whitened(self, used: NDArray[np.bool_]) -> Callable[[NDArray[Any]], Array]:
        """What brings (..., feature) embeddings to where distances are Euclidean, over the features used."""
        index, matrix, _, _ = self._whitening(used)
        return lambda embedding: np.asarray(embedding[..., index] @ matrix.T)

    def posterior(self, distances: Array, features: int) -> Array:
        """Posterior with equal priors, (..., label), from `distances` over that many features."""
        log = -0.5 * features * self.temperature * distances
        log = log - log.max(axis=-1, keepdims=True)
        p = np.exp(log)
        return np.asarray(p / p.sum(axis=-1, keepdims=True))

    def to_json(self) -> dict[str, Any]:
        return {
            "labels": list(self.labels),
            "means": _pack(self.means),
            "spread": _pack(self.spread),
            "blocks": [list(b) for b in self.blocks],
            "covariances": [_pack(c) for c in self.covariances],
            "temperature": self.temperature,
            **({"sway": self._sway_to_json(self.sway)} if self.sway else {}),
        }

    @staticmethod
    def _sway_to_json(sway: Sway) -> dict[str, Any]:
        return {"aside": _pack(sway.aside), "beyond": sway.beyond, "price": sway.price}


def head_from_json(row: Mapping[str, Any]) -> Head:
    """Read a head; raises KeyError, TypeError or ValueError (FormatError is one) when it makes no sense."""
    labels = row["labels"]
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
        raise FormatError("a head without labels; calibrate again")
    spread = _unpack(row["spread"])
    blocks = tuple((int(a), int(b)) for a, b in row["blocks"])
    means = _unpack(row["means"]).reshape(len(labels), -1)
    covariances = tuple(
        _unpack(c).reshape(b - a, b - a) for (a, b), c in zip(blocks, row["covariances"], strict=True)
    )
    if means.shape[1] != len(spread) or not _covers(blocks, len(spread)):
        raise FormatError("a head whose means, spread and blocks differ in size; calibrate again")
    temperature = float(row["temperature"])
    finite = all(np.isfinite(a).all() for a in (means, spread, *covariances))
    if not finite or (spread <= 0).any() or not 0 < temperature < np.inf:
        raise FormatError("a head with values that are no numbers; calibrate again")
    if not all(_is_covariance(c) for c in covariances):
        raise FormatError("a head whose covariance is none; calibrate again")
    sway = None
    if row.get("sway") is not None:
        sway = sway_from(row["sway"], _unpack(row["sway"]["aside"]).reshape(len(labels), 2, len(spread)))
    return Head(tuple(labels), means, spread, blocks, covariances, temperature, sway)


def _is_covariance(matrix: Array) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return bool(np.allclose(matrix, matrix.T))


def _covers(blocks: Sequence[tuple[int, int]], size: int) -> bool:
    edges = [0, *(stop for _, stop in blocks)]
    return [start for start, _ in blocks] == edges[:-1] and edges[-1] == size and edges == sorted(set(edges))


def _pack(array: Array) -> str:
    """float32 little endian as base64: a covariance of hundreds of features stays readable by any program."""
    return base64.b64encode(array.astype("<f4").tobytes()).decode()


def _unpack(text: str) -> Array:
    return np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float64)
