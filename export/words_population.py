"""What other people's movements say of words: scales, factors, network; written as words.npz of a bundle."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.stretch import stretch_of
from myoedge.calibration.words import cut_spans, rates_of
from myoedge.edge.segment import Limits
from myoedge.edge.word_cells import Cells, cells_of, tokens_of
from myoedge.edge.word_features import Seen, see
from myoedge.edge.word_match import Factor, pooled, warped
from myoedge.edge.word_population import USES
from myoedge.edge.word_scale import Scale
from myoedge.export.data.repetition import LoadedDataset
from myoedge.export.words_train import Performer, embed_cells, train_network, weights_by_name

Array = NDArray[np.float64]

RIDGE = 0.6  # share of the variance within words added to it; twice that for the network's, which knows them
LEAST_BETWEEN = 1e-3
METRIC_RIDGE = 0.5  # likewise for the frames that are warped
BLOCKS = ("emg", "warped", "imu", "net_emg", "net_imu", "net_both")
# How blocks add up, by what is there: half the weights that fit the closed form alone and half those that fit
# the network alone, since weights fitted to both lean on the network, which knows its training people best.
# Weights and the score above which a movement is a taught word: from four people (1, 2, 6 and 10) and
# networks that had not seen them; docs/words.md has the trial.
WEIGHTS = {
    "both": {
        "emg": 0.05,
        "warped": 0.05,
        "imu": 0.20,
        "net_emg": 0.09,
        "net_imu": 0.05,
        "net_both": 0.06,
        "frames_emg": 0.20,
    },
    "emg": {"emg": 0.10, "warped": 0.10, "frames_emg": 0.6},
    "imu": {"imu": 0.17, "net_imu": 0.26},
}
LEAST = {"both": 2.4, "emg": -0.9, "imu": 2.5}


@dataclass(frozen=True, slots=True)
class Performed:
    """One person's movements, one a repetition."""

    person: str
    words: tuple[str, ...]  # of each movement
    seen: tuple[Seen, ...]
    cells: Cells  # stacked

    @property
    def tokens(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return tokens_of(self.cells)

    def stack(self, name: str) -> Array:
        """One field of what was seen, (movement, ...)."""
        return np.stack([getattr(one, name) for one in self.seen])


def perform(embedder: StreamEmbedder, dataset: LoadedDataset) -> list[Performed]:
    """Every person's repetitions with EMG and IMU, cut as the device cuts them; those that give no cut are
    left out."""
    rate_hz, imu_rate_hz = rates_of(embedder)
    people: dict[str, list[tuple[str, Seen, Cells]]] = {}
    for repetition in dataset.repetitions:
        stretch = stretch_of(repetition.label, 0, repetition.signals, repetition.rates)
        for _, cut in cut_spans(embedder, stretch, Limits()):
            seen, cells = see(cut, rate_hz, imu_rate_hz), cells_of(cut, imu_rate_hz)
            people.setdefault(repetition.person, []).append((repetition.label, seen, cells))
    return [
        Performed(
            person,
            tuple(word for word, _, _ in rows),
            tuple(seen for _, seen, _ in rows),
            Cells(*(np.stack([getattr(c, name) for _, _, c in rows]) for name in Cells.__slots__)),
        )
        for person, rows in people.items()
    ]


def fit_population(
    people: Sequence[Performed], seed: int, say: Callable[[str], None]
) -> dict[str, NDArray[Any]]:
    """The arrays of words.npz, learned from these people; the network in float."""
    statistics = _statistics_scale(people)
    tokens = _token_scale(people)
    words = sorted({word for one in people for word in one.words})
    performers = [Performer(p.cells, np.array([words.index(w) for w in p.words])) for p in people]
    network = train_network(performers, tokens, len(words), seed, say)
    values: dict[str, list[Array]] = {name: [] for name in BLOCKS}
    turn = _frames_turn(people)
    for one in people:
        values["warped"].append(_in_the_time_of_the_first(one.stack("emg_frames") @ turn.T, one.words))
        values["emg"].append(one.stack("emg") / statistics.emg_spread)
        values["imu"].append(one.stack("imu") / statistics.imu_spread)
        emg, imu = one.tokens
        mine = tokens.of([emg], [imu], len(set(one.words)))
        for name, z in embed_cells(network, *mine(emg, imu)).items():
            values[f"net_{name}"].append(z.astype(np.float64))
    arrays: dict[str, NDArray[Any]] = {
        **_scale_arrays("statistics", statistics),
        **_scale_arrays("tokens", tokens),
        "warped.mean": np.mean([rows.mean(axis=0) for rows in values["warped"]], axis=0),
        "frames.turn": turn,
    }
    arrays |= _factors(values, [one.words for one in people])
    for use in USES:
        order = (*BLOCKS, "frames_emg")
        arrays[f"weights.{use}"] = np.array([WEIGHTS[use].get(name, 0.0) for name in order])
    arrays["least"] = np.array([LEAST[use] for use in USES])
    arrays |= {f"net.{name}:float": array for name, array in weights_by_name(network).items()}
    return {name: np.asarray(array, np.float32) for name, array in arrays.items()}


def _factors(
    values: Mapping[str, Sequence[Array]], words: Sequence[Sequence[str]]
) -> dict[str, NDArray[Any]]:
    arrays = {}
    for name, rows in values.items():
        factor = fit_factor(rows, words, RIDGE * (2 if name.startswith("net_") else 1))
        arrays[f"{name}:turn"], arrays[f"{name}:between"] = factor.turn, factor.between
    return arrays


def _frames_turn(people: Sequence[Performed]) -> Array:
    """Brings frames to where a word's repetitions, not warped, vary by 1 in all values, (value, value)."""
    inside = np.mean([_within(one.stack("emg_frames"), one.words) for one in people], axis=0)
    inside += METRIC_RIDGE * np.diag(np.diag(inside))
    return np.asarray(np.linalg.inv(np.linalg.cholesky(inside)))


def _within(frames: Array, words: Sequence[str]) -> Array:
    """Covariance of (repetition, frame, value) about its word's mean, averaged over words and frames."""
    found = []
    for word in sorted(set(words)):
        group = frames[[name == word for name in words]]
        if len(group) > 1:
            away = (group - group.mean(axis=0)).reshape(-1, frames.shape[2])
            found.append(away.T @ away / ((len(group) - 1) * frames.shape[1]))
    return np.asarray(np.mean(found, axis=0))


def _in_the_time_of_the_first(frames: Array, words: Sequence[str]) -> Array:
    """Pooled frames, every repetition warped to the first of its word, (repetition, POOLS * value)."""
    firsts = frames[[words.index(word) for word in words]]
    return pooled(warped(frames, firsts).frames)


def fit_factor(values: Sequence[Array], words: Sequence[Sequence[str]], ridge: float) -> Factor:
    """From every person's (movement, value) and the word of each; each person counts once."""
    within, between, shares = [], [], []
    for x, names in zip(values, words, strict=True):
        groups = [x[[name == word for name in names]] for word in sorted(set(names))]
        several = [g - g.mean(axis=0) for g in groups if len(g) > 1]
        within += [r.T @ r / (len(r) - 1) for r in several]
        means = np.stack([g.mean(axis=0) for g in groups])
        means -= means.mean(axis=0)
        between.append(means.T @ means / max(1, len(means) - 1))
        shares.append(float(np.mean([1 / len(g) for g in groups])))
    inside = np.mean(within, axis=0)
    outside = np.mean([b - share * inside for b, share in zip(between, shares, strict=True)], axis=0)
    inside = inside + ridge * np.diag(np.diag(inside)) + 1e-9 * np.eye(len(inside))
    lower = np.linalg.inv(np.linalg.cholesky(inside))
    size, turn = np.linalg.eigh(lower @ outside @ lower.T)
    return Factor(turn.T @ lower, np.maximum(size, LEAST_BETWEEN))


def _statistics_scale(people: Sequence[Performed]) -> Scale:
    """Mean and deviation within a person, each person counting once."""
    parts = []
    for name in ("emg", "imu"):
        rows = [one.stack(name) for one in people]
        parts += [
            np.mean([x.mean(axis=0) for x in rows], axis=0),
            np.mean([x.std(axis=0) for x in rows], axis=0),
        ]
    return Scale(*parts)


def _token_scale(people: Sequence[Performed]) -> Scale:
    """As above over tokens; one value for all channels, since bands turn."""
    emg, imu = zip(*(one.tokens for one in people), strict=True)
    parts = []
    for rows in (emg, imu):
        parts.append(np.mean([x.mean(axis=(0, 1)) for x in rows], axis=0))
        parts.append(np.mean([x.std(axis=(0, 1)) for x in rows], axis=0) + 1e-3)
    channels = people[0].seen[0].emg_frames.shape[1]
    alike = [slice(0, channels), slice(channels, 2 * channels)]
    for part in parts[:2]:
        for place in alike:
            part[place] = part[place].mean()
    parts[1][2 * channels :] = parts[1][2 * channels :].mean()
    return Scale(*(np.asarray(part, np.float32) for part in parts))


def _scale_arrays(name: str, scale: Scale) -> Mapping[str, NDArray[Any]]:
    return {f"{name}.{part}": getattr(scale, part) for part in Scale.__slots__}
