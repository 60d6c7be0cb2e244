"""The words one wearer taught, and the judge that tells which of them a movement is, or that it is none."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.edge.segment import Cut, Limits, limits_from_json
from myoedge.edge.word_match import warped_distances
from myoedge.edge.word_population import WARPED, Movement, Population
from myoedge.edge.word_scale import Scale

Array = NDArray[np.float64]
WARPED_TYPICAL = 2.0  # distance of two repetitions of a word, about: so that scores are about zero without it


@dataclass(frozen=True, slots=True)
class Taught:
    """Part of a profile: every repetition of every word, and what counts as moving."""

    labels: tuple[str, ...]  # of each repetition
    movements: tuple[Movement, ...]
    limits: Limits

    @property
    def words(self) -> tuple[str, ...]:
        """Each once, sorted."""
        return tuple(sorted(set(self.labels)))

    @property
    def with_imu(self) -> bool:
        """Whether every repetition has one."""
        return all(movement.imu is not None for movement in self.movements)

    def to_json(self) -> dict[str, Any]:
        return {
            "labels": list(self.labels),
            "limits": self.limits.to_json(),
            "movements": [_to_json(movement) for movement in self.movements],
        }


@dataclass(frozen=True, slots=True)
class Judged:
    """What a movement is."""

    label: str  # the likeliest taught word
    posterior: float  # among the taught words
    score: float  # how much likelier than any word at all, log; comparable between movements
    accepted: bool


class Matcher:
    """Compares movements with the taught ones; raises FormatError when they were taught to other numbers."""

    def __init__(self, population: Population, taught: Taught) -> None:
        self._population, self._taught = population, taught
        self.words = taught.words
        self._of = np.array([self.words.index(label) for label in taught.labels])
        self._repetitions = np.bincount(self._of, minlength=len(self.words)).astype(np.float64)
        self._use = "both" if taught.with_imu else "emg"
        self._check()
        self._statistics = self._own(population.statistics, [(m.emg, m.imu) for m in taught.movements])
        self._tokens = self._own(
            population.tokens,
            [(m.tokens_emg, m.tokens_imu if taught.with_imu else None) for m in taught.movements],
        )
        self._centres: dict[str, Array] = {}
        blocks = self._blocks(taught.movements)
        own = self._own_share()
        for name, x in blocks.items():
            self._centres[name] = own * x.mean(axis=0) if name.startswith("net_") else np.zeros(x.shape[1])
        self._means = {name: self._means_of(x - self._centres[name]) for name, x in blocks.items()}
        self._frames = np.stack([movement.frames_emg for movement in taught.movements])

    def __call__(self, cut: Cut, rate_hz: float, imu_rate_hz: float) -> Judged | None:
        """None where nothing in the movement can be compared: a bad channel, and no IMU."""
        movement = measured(self._population, cut, rate_hz, imu_rate_hz)
        return self.judge(movement, emg=not cut.masked.any())

    def judge(self, movement: Movement, emg: bool = True) -> Judged | None:
        """The likeliest word of one movement; `emg=False` leaves the EMG out."""
        imu = movement.imu is not None and self._use == "both"
        if not emg and not imu:
            return None
        use = "both" if emg and imu else "emg" if emg else "imu"
        scores = self._scores(movement, self._population.weights[use])
        best = int(scores.argmax())
        posterior = np.exp(scores - scores[best])
        least = self._population.least[use]
        score = float(scores[best])
        share = float(1 / posterior.sum())
        return Judged(self.words[best], share, score, bool(np.isfinite(score) and score >= least))

    def _scores(self, movement: Movement, weights: Mapping[str, float]) -> Array:
        """Log likelihood ratio of every word, all blocks together, (word,)."""
        total = np.zeros(len(self.words))
        for name, x in self._blocks([movement]).items():
            if weights.get(name):
                factor = self._population.factors[name]
                centred = x - self._centres[name]
                ratio = factor.likelihood_ratio(centred, self._means[name], self._repetitions)[0]
                total += weights[name] * ratio
        if weights.get(WARPED):
            distances = warped_distances(movement.frames_emg, self._frames)
            nearest = np.full(len(self.words), np.inf)
            np.minimum.at(nearest, self._of, distances)
            total -= weights[WARPED] * (nearest - WARPED_TYPICAL)
        return total

    def _blocks(self, movements: Sequence[Movement]) -> dict[str, Array]:
        """Values that Gaussians judge, (movement, value) by block, about the wearer's mean."""
        s, t = self._statistics, self._tokens
        blocks = {"emg": np.stack([(m.emg - s.emg_mean) / s.emg_spread for m in movements])}
        with_imu = self._use == "both" and all(m.imu is not None for m in movements)
        if with_imu:
            blocks["imu"] = np.stack([(m.imu - s.imu_mean) / s.imu_spread for m in movements])  # type: ignore[operator]
        emg, imu = t(np.stack([m.tokens_emg for m in movements]), np.stack([m.tokens_imu for m in movements]))
        embedded = self._population.network(emg, imu if with_imu else np.zeros_like(imu))
        for name, z in embedded.items():
            if name == "emg" or with_imu:
                blocks[f"net_{name}"] = z.astype(np.float64)
        return blocks

    def _means_of(self, x: Array) -> Array:
        total = np.zeros((len(self.words), x.shape[1]))
        np.add.at(total, self._of, x)
        return np.asarray(total / self._repetitions[:, None])

    def _own_share(self) -> float:
        return Scale.own_share(len(self.words))

    def _own(self, scale: Scale, pairs: Sequence[tuple[NDArray[Any], NDArray[Any] | None]]) -> Scale:
        return scale.of([e for e, _ in pairs], [i for _, i in pairs if i is not None], len(self.words))

    def _check(self) -> None:
        scale = self._population.statistics
        for m in self._taught.movements:
            sizes = (m.emg.shape, m.tokens_emg.shape[-1], m.tokens_imu.shape[-1])
            wanted = (scale.emg_mean.shape, *self._population.network.values)
            if sizes != wanted or (m.imu is not None and m.imu.shape != scale.imu_mean.shape):
                raise FormatError(f"words taught as {sizes}, the bundle wants {wanted}; teach them again")


def measured(population: Population, cut: Cut, rate_hz: float, imu_rate_hz: float) -> Movement:
    """What a movement is judged by: without the IMU where the arm kept still, as still arms are all alike."""
    movement = population.measure(cut, rate_hz, imu_rate_hz)
    return movement if cut.turned(imu_rate_hz) else replace(movement, imu=None)


def _to_json(movement: Movement) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in fields(Movement):
        array = getattr(movement, field.name)
        if array is not None:
            packed = base64.b64encode(np.asarray(array).astype("<f4").tobytes()).decode()
            row[field.name] = [list(array.shape), packed]
    return row


def taught_from_json(row: Mapping[str, Any] | None) -> Taught | None:
    """Read it from a profile; raises KeyError, TypeError or ValueError (FormatError is one)."""
    if row is None:
        return None
    labels = row["labels"]
    movements = tuple(_movement(one) for one in row["movements"])
    if not labels or len(labels) != len(movements) or not all(isinstance(label, str) for label in labels):
        raise FormatError(f"{len(movements)} movements of {len(labels)} words; teach them again")
    return Taught(tuple(labels), movements, limits_from_json(row["limits"]))


def _movement(row: Mapping[str, Any]) -> Movement:
    arrays: dict[str, Any] = {}
    for field in fields(Movement):
        if field.name not in row:
            arrays[field.name] = None
            continue
        shape, packed = row[field.name]
        array = np.frombuffer(base64.b64decode(packed, validate=True), "<f4").reshape(shape)
        if not np.isfinite(array).all():
            raise FormatError("a taught word with values that are no numbers; teach it again")
        arrays[field.name] = array.astype(np.float32 if field.name.startswith("tokens") else np.float64)
    if any(arrays[name] is None for name in ("emg", "frames_emg", "tokens_emg", "tokens_imu")):
        raise FormatError("a taught word that lacks values; teach it again")
    return Movement(**arrays)
