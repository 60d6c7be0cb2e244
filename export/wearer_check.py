"""Measures how like real people simulated wearers are: heads carried across, real told from simulated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import UsageError
from myoedge.edge.features import log_time_domain, tangent
from myoedge.export.wearer_sources import Repetition

Array = NDArray[np.float64]
GRID_HZ = 200.0
WINDOW, HOP = 40, 10  # samples: 200 and 50 ms
PACKET_S = 0.01  # two samples of the armband
SHRINK = 0.1  # of the within-class covariance toward its diagonal
RIDGE, BELLS = 1.0, 600  # of the real-or-simulated classifier
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Session:
    """One person's labelled stretches at 200 Hz."""

    person: str
    gestures: tuple[str, ...]  # of each stretch
    emg: tuple[Array, ...]  # of each stretch: (time, channel), counts


@dataclass(frozen=True, slots=True)
class Transfer:
    """Window accuracies of one person, 0..1."""

    person: str
    real_real: float
    real_simulated: float
    simulated_real: float
    simulated_simulated: float


def on_grid(t_s: Array, emg: Array) -> Array:
    """Values at irregular times as 200 Hz samples, drawn straight between them."""
    grid = np.arange(t_s[0], t_s[-1], 1 / GRID_HZ)
    return np.stack([np.interp(grid, t_s, channel) for channel in emg.T], axis=1)


def as_polled(t_s: Array, emg: Array) -> Array:
    """Simulated 200 Hz samples as if polled at uci's times, then laid on the grid like uci's own.

    A packet of two samples comes every 10 ms; a row that follows within 3 ms is the second of its packet.
    """
    since = t_s - t_s[0]
    second = np.append(False, np.diff(since) <= 0.003)
    which = 2 * np.floor(since / PACKET_S).astype(np.int64) + second
    return on_grid(t_s, emg[np.minimum(which, len(emg) - 1)])


def real_session(person: str, found: Sequence[Repetition]) -> Session:
    """Real repetitions as a session on the grid."""
    return Session(person, tuple(r.gesture for r in found), tuple(on_grid(r.t_s, r.emg) for r in found))


def features(session: Session) -> tuple[Array, NDArray[np.str_]]:
    """Of every window: (window, feature) and (window,) gestures."""
    rows, labels = [], []
    for gesture, emg in zip(session.gestures, session.emg, strict=True):
        for start in range(0, len(emg) - WINDOW + 1, HOP):
            window = np.asarray(emg[start : start + WINDOW], np.float32)
            rows.append(np.concatenate((log_time_domain(window), tangent(window))))
            labels.append(gesture)
    return np.array(rows, np.float64), np.array(labels)


class Head:
    """Gaussian classes with one covariance, shrunk toward its diagonal."""

    def __init__(self, x: Array, y: NDArray[np.str_]) -> None:
        self.labels = np.unique(y)
        if len(self.labels) < 2:
            raise UsageError(f"{len(self.labels)} gesture to tell apart; wanted at least 2")
        means = np.array([x[y == label].mean(axis=0) for label in self.labels])
        within = x - means[np.searchsorted(self.labels, y)]
        cov = within.T @ within / len(x)
        cov = (1 - SHRINK) * cov + SHRINK * np.diag(np.diag(cov)) + 1e-6 * np.eye(len(cov))
        self._weights = np.linalg.solve(cov, means.T)
        self._bias = -0.5 * (means.T * self._weights).sum(axis=0)

    def accuracy(self, x: Array, y: NDArray[np.str_]) -> float:
        """Share of windows that get their own gesture; gestures never seen in fitting are not counted."""
        known = np.isin(y, self.labels)
        guess = self.labels[np.argmax(x[known] @ self._weights + self._bias, axis=1)]
        return float((guess == y[known]).mean())


def transfer(first: Session, later: Session, simulated: Session, simulated_later: Session) -> Transfer:
    """One person: heads of the first real and of a simulated session, on later real and simulated ones."""
    real, sim = Head(*features(first)), Head(*features(simulated))
    real_test, sim_test = features(later), features(simulated_later)
    return Transfer(
        first.person,
        real.accuracy(*real_test),
        real.accuracy(*sim_test),
        sim.accuracy(*real_test),
        sim.accuracy(*sim_test),
    )


def real_or_simulated(real: Mapping[str, Session], simulated: Mapping[str, Session]) -> float:
    """Area under the curve of a classifier that tells windows of unknown people: 0.5 cannot, 1 always.

    Ridge regression on the features and on random Fourier features of them (Rahimi and Recht, NIPS 2007);
    people are held out in five folds.
    """
    people = sorted(real)
    groups = [(features(real[p])[0], features(simulated[p])[0]) for p in people]
    areas = []
    for fold in range(min(FOLDS, len(people))):
        train = [g for i, g in enumerate(groups) if i % FOLDS != fold]
        test = [g for i, g in enumerate(groups) if i % FOLDS == fold]
        score = _Teller(*_labelled(train))
        x, y = _labelled(test)
        areas.append(area(score(x), y))
    return float(np.mean(areas))


def area(score: Array, y: Array) -> float:
    """Area under the curve of `score` for y = 1 against y = 0, by ranks."""
    rank = np.empty(len(score))
    rank[np.argsort(score)] = np.arange(1, len(score) + 1)
    ones = float(y.sum())
    return float((rank[y == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(y) - ones)))


def modulation(stretches: Sequence[Array], lags: Sequence[int]) -> tuple[Array, Array]:
    """How amplitudes waver: covariance of log gain at each lag, of a channel with itself and with others.

    From lagged products of squared samples, less what a Gaussian signal of the same correlation has; a
    quarter of their logarithm is the covariance of a scale mixture's log gain, biased low by short stretches.
    """
    own, cross = [], []
    for emg in stretches:
        x = emg - emg.mean(axis=0)
        x = x[:, x.var(axis=0) > 9]  # counts squared: below, rounding rules
        if x.shape[1] < 3 or len(x) < max(lags) + 50:
            continue
        x /= x.std(axis=0)
        rows = [_excess(x, lag) for lag in lags]
        own.append([np.diag(row).mean() for row in rows])
        cross.append([(row.sum() - np.trace(row)) / (row.size - len(row)) for row in rows])
    return np.mean(own, axis=0) / 4, np.mean(cross, axis=0) / 4


def _excess(x: Array, lag: int) -> Array:
    early, late = x[: len(x) - lag], x[lag:]
    gaussian = 1 + 2 * (early.T @ late / len(early)) ** 2
    result: Array = np.log((early**2).T @ late**2 / len(early) / gaussian)
    return result


def _labelled(groups: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    x = np.concatenate([part for pair in groups for part in pair])
    y = np.concatenate([np.full(len(part), float(i)) for pair in groups for i, part in enumerate(pair)])
    return x, y


class _Teller:
    """Scores windows: larger is more simulated."""

    def __init__(self, x: Array, y: Array) -> None:
        rng = np.random.default_rng(0)
        self._mean, self._std = x.mean(axis=0), x.std(axis=0) + 1e-9
        self._waves = rng.standard_normal((x.shape[1], BELLS)) / np.sqrt(2 * x.shape[1])
        self._phases = rng.uniform(0, 2 * np.pi, BELLS)
        z = self._expand(x)
        target = y - y.mean()
        self._weights = np.linalg.solve(z.T @ z + RIDGE * np.eye(z.shape[1]), z.T @ target)

    def __call__(self, x: Array) -> Array:
        result: Array = self._expand(x) @ self._weights
        return result

    def _expand(self, x: Array) -> Array:
        z = (x - self._mean) / self._std
        return np.hstack((z, np.cos(z @ self._waves + self._phases)))
