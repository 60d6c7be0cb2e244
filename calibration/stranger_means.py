"""Guesses where a stranger's gestures lie, from unlabelled windows and what is known of other people.

The class means of all gestures together are one draw from a Gaussian learned from other people: what shifts
all gestures of a person alike, what moves one gesture alone, and the ways in which the training people really
differ (as eigenvoices do for speakers: Kuhn et al., IEEE Trans. Speech and Audio Processing 8(6), 2000).
Expectation and maximisation in turn, the means always drawn back to that Gaussian: gestures that were never
done go where the others say, and a few windows move little.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.seat import Seat
from myoedge.calibration.stranger_order import Order
from myoedge.calibration.stranger_people import CHANNELS, People
from myoedge.calibration.stranger_seat import shown
from myoedge.edge.features import FEATURES

Array = NDArray[np.float64]

RIDGE = 0.2  # share of the diagonal added to how windows stray: a stranger's stray otherwise
TEMPERATURE = 0.08  # of log densities: blocks repeat each other, as in a head
WEIGHT = 0.007  # of a window beside the prior: windows overlap, and neighbours are alike
OWN_WAYS = 0.3  # share of the prior in the ways in which the training people really differ
SMOOTH = 0.3  # share of the diagonal in how people differ
OFFSET = 1.0  # variance of what all electrodes share: another armband, stronger or weaker people
WIDER = 1.5  # than the few training people show
LEAST = 0.02  # share of the prior's mean variance in any direction
START_ROUNDS, ROUNDS = 4, 10
MISSED, SELDOM = 4.0, 0.08  # nat for each e-fold by which a gesture's share of the time falls below that


@dataclass(frozen=True, slots=True)
class Guessed:
    """Where the gestures lie at one seat of the band."""

    seat: Seat
    means: Array  # (label, value), whitened
    share: Array  # (window, label) responsibilities
    score: float  # how well seat and means explain the windows, nat; to compare seats over the same windows
    missed: float = 0.0  # nat against it, for gestures that it finds seldom
    kept: float = 0.0  # nat for it: by how much the order asked for explains the windows better than any


class Space:
    """Whitened closed-form features, and the Gaussian of people's class means in it."""

    def __init__(self, people: People) -> None:
        self.people, self.labels = people, len(people.labels)
        self.told = told_by(people.features)
        self.covariances = tuple(c + RIDGE * np.diag(np.diag(c)) for c in people.within)  # by block
        parts = []
        for (start, stop), covariance in zip(people.blocks, self.covariances, strict=True):
            told = self.told[start:stop]
            parts.append(np.linalg.inv(np.linalg.cholesky(covariance[np.ix_(told, told)])).T)
        self._whitening = np.zeros((int(self.told.sum()), int(self.told.sum())))
        at = 0
        for part in parts:
            self._whitening[at : at + len(part), at : at + len(part)] = part
            at += len(part)
        alike = _alike(people.features)[:, self.told]
        self._learn(people.means[..., self.told] @ self._whitening, alike @ self._whitening)

    def _learn(self, means: Array, alike: Array) -> None:
        """How people differ; turns the space so that single gestures move independently of each other."""
        persons, labels, size = means.shape
        mean = means.mean(axis=0)
        away = means - mean
        common = away.mean(axis=1)
        single = (away - common[:, None]).reshape(-1, size)
        variances, turn = np.linalg.eigh(_smooth(single.T @ single / ((persons - 1) * (labels - 1))))
        self._whitening = self._whitening @ turn
        shift = turn.T @ (_smooth(common.T @ common / (persons - 1)) + OFFSET * alike.T @ alike) @ turn
        values, vectors = np.linalg.eigh(shift)
        self._shift = np.sqrt(WIDER) * vectors * np.sqrt(np.maximum(values, 0))  # (value, way)
        ways = (away @ turn).reshape(persons, -1).T * np.sqrt(OWN_WAYS / (persons - 1))
        apart = (1 - OWN_WAYS) * np.tile(np.maximum(variances, 0), labels)
        least = LEAST * (1 - OWN_WAYS) * float(values.sum() + variances.sum()) / size
        self._apart = WIDER * (apart + least)  # (label * value,) of each by itself
        shared = np.sqrt(1 - OWN_WAYS) * np.tile(self._shift, (labels, 1))
        self._ways = np.concatenate([shared, np.sqrt(WIDER) * ways], axis=1)  # (label * value, way)
        self.mean: Array = mean @ turn

    def __call__(self, features: NDArray[np.floating[Any]], seat: Seat) -> Array:
        """(window, feature) of the armband's own order to (window, value) as seen at that seat."""
        return np.asarray(
            shown(features, seat, self.people.features, CHANNELS)[..., self.told] @ self._whitening
        )

    def raw(self, means: Array) -> Array:
        """(label, value) back to (label, feature), zero where a feature does not tell."""
        features = np.zeros((len(means), len(self.told)))
        features[:, self.told] = np.linalg.solve(self._whitening.T, means.T).T
        return features

    def shifted(self, x: Array, seat: Seat, weight: float) -> Guessed:
        """The mean person, all gestures shifted alike to fit (window, value) `x`; each counts `weight`."""
        shift, penalty, share = np.zeros(x.shape[1]), 0.0, np.zeros((0, 0))
        for _ in range(START_ROUNDS):
            share, _ = shares(x, self.mean + shift)
            count = WEIGHT * weight * len(x)
            away = x.mean(axis=0) - share.mean(axis=0) @ self.mean
            wanted = np.eye(len(shift)) + count * self._shift.T @ self._shift
            z = np.linalg.solve(wanted, count * self._shift.T @ away)
            shift, penalty = self._shift @ z, 0.5 * float(z @ z)
        share, log = shares(x, self.mean + shift)
        return Guessed(seat, self.mean + shift, share, _evidence(log, weight) - penalty)

    def fitted(self, x: Array, start: Guessed, weight: float) -> Guessed:
        """Every gesture moved to where the windows say, and drawn back to other people."""
        means, penalty = start.means, 0.0
        for _ in range(ROUNDS):
            means, penalty = self.moved(x, shares(x, means)[0], weight)
        return self.judged(x, replace(start, means=means, share=shares(x, means)[0]), penalty, weight)

    def moved(self, x: Array, share: Array, weight: float) -> tuple[Array, float]:
        """Means where windows shared out like that say, drawn back to other people, and the price in nat."""
        return self._most_likely(WEIGHT * weight * share.sum(axis=0), share.T @ x, share)

    def judged(self, x: Array, at: Guessed, penalty: float, weight: float) -> Guessed:
        """The same with its score, and what counts against it for gestures that it finds seldom."""
        seldom = MISSED * float(np.minimum(np.log((at.share.mean(axis=0) + 1e-6) / SELDOM), 0).sum())
        return replace(at, score=_evidence(shares(x, at.means)[1], weight) - penalty, missed=seldom)

    def _most_likely(self, counts: Array, sums: Array, share: Array) -> tuple[Array, float]:
        """Means under windows and prior together, and minus the log prior there."""
        size = sums.shape[1]
        seen = sums / np.maximum(share.sum(axis=0), 1e-9)[:, None]
        n = np.repeat(counts, size)
        weights = n / (1 + n * self._apart)
        away = (seen - self.mean).reshape(-1)
        weighted = self._ways * weights[:, None]
        z = np.linalg.solve(np.eye(weighted.shape[1]) + self._ways.T @ weighted, weighted.T @ away)
        single = self._apart * weights * (away - self._ways @ z)
        penalty = 0.5 * float(z @ z + (single**2 / self._apart).sum())
        return self.mean + (single + self._ways @ z).reshape(self.labels, size), penalty


def in_order(
    spaces: Sequence[Space], x: Sequence[Array], starts: Sequence[Guessed], weight: float, order: Order
) -> list[Guessed]:
    """Fitted in all spaces at once, windows shared out as the order and all of them together want it."""
    means, penalties = [start.means for start in starts], [0.0 for _ in starts]
    share = order(_together(x, means, weight))
    for _ in range(ROUNDS):
        moved = [space.moved(v, share, weight) for space, v in zip(spaces, x, strict=True)]
        means, penalties = [m for m, _ in moved], [p for _, p in moved]
        share = order(_together(x, means, weight))
    kept = order.kept(_together(x, means, weight))
    return [
        space.judged(v, replace(start, means=m, share=share, kept=kept / len(spaces)), p, weight)
        for space, v, start, m, p in zip(spaces, x, starts, means, penalties, strict=True)
    ]


def _together(x: Sequence[Array], means: Sequence[Array], weight: float) -> Array:
    """Log densities of all spaces added, (window, label), each worth what it is beside the prior."""
    logs = [log_densities(v, m) for v, m in zip(x, means, strict=True)]
    return np.asarray(np.sum(logs, axis=0) * weight * WEIGHT / TEMPERATURE)


def told_by(names: tuple[str, ...]) -> NDArray[np.bool_]:
    """Features by which strangers are told, (feature,): strength and covariance, nothing of the spectrum.

    The people were recorded at half the armband's rate, so wave lengths and crossings are not a stranger's.
    """
    parts = []
    for name in names:
        part = np.ones(len(FEATURES[name][1](CHANNELS)), bool)
        if name == "log_time_domain":
            part[CHANNELS:] = False
        parts.append(part)
    return np.concatenate(parts)


def shares(x: Array, means: Array) -> tuple[Array, Array]:
    """Responsibility of each label for each window, (window, label), and the windows' log density."""
    log = log_densities(x, means)
    top = log.max(axis=1, keepdims=True)
    share = np.exp(log - top)
    total = share.sum(axis=1, keepdims=True)
    return share / total, (top + np.log(total))[:, 0]


def log_densities(x: Array, means: Array) -> Array:
    """Of every window under every label, (window, label), but for what is the same for all."""
    squares = (x * x).sum(axis=1)[:, None] - 2 * x @ means.T + (means * means).sum(axis=1)
    return np.asarray(-0.5 * TEMPERATURE * squares)


def _evidence(log: Array, weight: float) -> float:
    return float(log.sum()) * weight * WEIGHT / TEMPERATURE


def _smooth(covariance: Array) -> Array:
    return (1 - SMOOTH) * covariance + SMOOTH * np.diag(np.diag(covariance))


def _alike(names: tuple[str, ...]) -> Array:
    """Unit vectors of what all electrodes share, of each kind of feature one, (kind, feature)."""
    kinds: list[tuple[str, int, int]] = []
    for name in names:
        seen: dict[frozenset[int], int] = {}
        for row in FEATURES[name][1](CHANNELS):
            on = frozenset(map(int, np.flatnonzero(row)))
            seen[on] = seen.get(on, -1) + 1
            apart = max(on) - min(on)
            kinds.append((name, seen[on], min(apart, CHANNELS - apart)))
    rows = np.array([[kind == other for other in kinds] for kind in sorted(set(kinds))], np.float64)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))
