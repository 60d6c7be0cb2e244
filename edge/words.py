"""The words one wearer taught, and the judge that tells which of them a movement is, or that it is none."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.edge.segment import Cut, Limits, limits_from_json
from myoedge.edge.word_match import pooled, templates_of, warped
from myoedge.edge.word_population import BY_FRAMES, USES, WARPED, Movement, Population
from myoedge.edge.word_scale import Scale, between

Array = NDArray[np.float64]
WARPED_TYPICAL = 3.7  # distance of a repetition from its word, about: scores are about zero without it
ABOVE = 5.0  # how far a wearer's own threshold may lie over other people's; never below (docs/words.md)


@dataclass(frozen=True, slots=True)
class Taught:
    """Part of a profile: every repetition of every word, and what counts as moving."""

    labels: tuple[str, ...]  # of each repetition
    movements: tuple[Movement, ...]
    limits: Limits
    least: Mapping[str, float] = field(default_factory=dict)  # the wearer's own thresholds, by what is there

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
            "least": dict(self.least),
            "movements": [_to_json(movement) for movement in self.movements],
        }


@dataclass(frozen=True, slots=True)
class Judged:
    """What a movement is."""

    label: str  # the likeliest taught word
    posterior: float  # among the taught words
    score: float  # how much likelier than any word at all, log; comparable between movements
    least: float  # the score from which it counts as the word

    @property
    def accepted(self) -> bool:
        """Whether it does; a score that is no number never counts."""
        return bool(np.isfinite(self.score) and self.score >= self.least)


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
        blocks = self._blocks(taught.movements)
        own = self._own_share()
        self._centres = {
            name: own * x.mean(axis=0) if name.startswith("net_") else np.zeros(x.shape[1])
            for name, x in blocks.items()
        }
        self._means = {name: self._means_of(x - self._centres[name]) for name, x in blocks.items()}
        frames = np.stack([movement.frames_emg for movement in taught.movements])
        self._templates = templates_of(frames, self._of)
        self._centres[BY_FRAMES] = between(population.warped_mean, [pooled(frames)], len(self.words))
        self._means[BY_FRAMES] = pooled(self._templates) - self._centres[BY_FRAMES]

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
        return self._judged(use, self._ratios(movement, self._population.weights[use]))

    def judge_all(self, movement: Movement) -> dict[str, Judged]:
        """By both modalities and by each alone, as far as they are there."""
        imu = movement.imu is not None and self._use == "both"
        ratios = self._ratios(movement, None)
        return {use: self._judged(use, ratios) for use in (USES if imu else ("emg",))}

    def _judged(self, use: str, ratios: Mapping[str, Array]) -> Judged:
        weights = self._population.weights[use]
        scores = np.sum([weights[name] * ratio for name, ratio in ratios.items()], axis=0)
        best = int(scores.argmax())
        posterior = np.exp(scores - scores[best])
        share = float(1 / posterior.sum())
        return Judged(self.words[best], share, float(scores[best]), self.least(use))

    def least(self, use: str) -> float:
        """The wearer's own threshold, never laxer than the bundle's; the bundle's where there is no other."""
        usual = self._population.least[use]
        return float(np.clip(self._taught.least.get(use, usual), usual, usual + ABOVE))

    def _ratios(self, movement: Movement, weights: Mapping[str, float] | None) -> dict[str, Array]:
        """Log likelihood ratio of every word by block, (word,); of those with a weight, None: all."""

        def wanted(name: str) -> bool:
            return weights is None or bool(weights.get(name))

        found: dict[str, Array] = {}
        blocks = self._blocks([movement])
        if wanted(WARPED) or wanted(BY_FRAMES):
            way = warped(movement.frames_emg, self._templates)
            found[WARPED] = WARPED_TYPICAL - way.distances
            blocks[BY_FRAMES] = pooled(way.frames)[None]
        for name, x in blocks.items():
            if wanted(name):
                factor, centred = self._population.factors[name], x - self._centres[name]
                found[name] = factor.likelihood_ratio(centred, self._means[name], self._repetitions)[0]
        return found

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
        p, scale = self._population, self._population.statistics
        for m in self._taught.movements:
            sizes = (*m.emg.shape, m.frames_emg.shape[-1], m.tokens_emg.shape[-1], m.tokens_imu.shape[-1])
            wanted = (*scale.emg_mean.shape, len(p.frames_turn), *p.network.values)
            if sizes != wanted or (m.imu is not None and m.imu.shape != scale.imu_mean.shape):
                raise FormatError(f"words taught as {sizes}, the bundle wants {wanted}; teach them again")


def measured(population: Population, cut: Cut, rate_hz: float, imu_rate_hz: float) -> Movement:
    """What a movement is judged by: without the IMU where the arm kept still, as still arms are all alike."""
    movement = population.measure(cut, rate_hz, imu_rate_hz)
    return movement if cut.turned(imu_rate_hz) else replace(movement, imu=None)


def _to_json(movement: Movement) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for part in fields(Movement):
        array = getattr(movement, part.name)
        if array is not None:
            packed = base64.b64encode(np.asarray(array).astype("<f4").tobytes()).decode()
            row[part.name] = [list(array.shape), packed]
    return row


def taught_from_json(row: Mapping[str, Any] | None) -> Taught | None:
    """Read it from a profile; raises KeyError, TypeError or ValueError (FormatError is one)."""
    if row is None:
        return None
    labels = row["labels"]
    movements = tuple(_movement(one) for one in row["movements"])
    if not labels or len(labels) != len(movements) or not all(isinstance(label, str) for label in labels):
        raise FormatError(f"{len(movements)} movements of {len(labels)} words; teach them again")
    least = {use: float(value) for use, value in row.get("least", {}).items()}
    if not least.keys() <= {*USES} or not all(map(math.isfinite, least.values())):
        raise FormatError(
            f"thresholds {least} of words; wanted numbers for {', '.join(USES)}; teach them again"
        )
    return Taught(tuple(labels), movements, limits_from_json(row["limits"]), least)


def _movement(row: Mapping[str, Any]) -> Movement:
    arrays: dict[str, Any] = {}
    for part in fields(Movement):
        if part.name not in row:
            arrays[part.name] = None
            continue
        shape, packed = row[part.name]
        array = np.frombuffer(base64.b64decode(packed, validate=True), "<f4").reshape(shape)
        if not np.isfinite(array).all():
            raise FormatError("a taught word with values that are no numbers; teach it again")
        arrays[part.name] = array.astype(np.float32 if part.name.startswith("tokens") else np.float64)
    if any(arrays[name] is None for name in ("emg", "frames_emg", "tokens_emg", "tokens_imu")):
        raise FormatError("a taught word that lacks values; teach it again")
    return Movement(**arrays)
