"""What an int8 network is examined on: windows of people it never learned from, and two ways to decide.

By its own scores, and by a head that is fitted on each person's first repetition of every label, as
`calibrate` does, on the embedding (beside the closed-form features in a network trained for a bundle).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.covariance import Prior
from myoedge.calibration.example import Example
from myoedge.calibration.fit import fit_head
from myoedge.edge.engines import Engine
from myoedge.edge.errors import MismatchError
from myoedge.export.batch_features import closed_form
from myoedge.export.data.repetition import LoadedDataset
from myoedge.export.golden import network_inputs
from myoedge.export.look import embed_all
from myoedge.export.network import FloatNetwork
from myoedge.export.parity import run_all
from myoedge.export.pool import Group, Pool, fill_pool, trainable
from myoedge.export.prior import Matrix, within_class
from myoedge.export.recipe import Recipe, Source
from myoedge.export.supervised_data import FoldData, Part

SCORES, PROFILE = "own scores", "calibrated profile"
REPETITIONS = 12  # of a person and label, all that is read of those trained on: ranges need no more (ours)

Array = NDArray[np.float32]
Texts = NDArray[np.str_]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person's windows, in the order of their repetitions."""

    name: str
    inputs: Mapping[str, Array]
    closed: Array  # (window, feature), may have no column
    truth: Texts
    repetition: NDArray[np.intp]  # within its label


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Of one network on all windows that one way decides."""

    person: Texts
    truth: Texts
    decided: Texts


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """People held out, and the calibration windows of others; called, it gives an engine's answers."""

    calibration: Mapping[str, Array]
    people: tuple[Person, ...]
    labels: tuple[str, ...]  # of the network's scores
    prior: (
        tuple[Matrix, ...] | None
    )  # covariances a block, of the people trained on; the last is the network's

    @property
    def windows(self) -> int:
        """How many are decided."""
        return sum(len(one.truth) for one in self.people)

    def __call__(self, engine: Engine) -> dict[str, Answers]:
        """By way of deciding; one in which nobody can be tested is left out."""
        rows: dict[str, list[tuple[str, Texts, Texts]]] = {SCORES: [], PROFILE: []}
        for one in self.people:
            scores, embedding = run_all(engine, one.inputs)
            known = np.isin(one.truth, self.labels)
            decided = np.array(self.labels)[scores.argmax(axis=1)]
            rows[SCORES].append((one.name, one.truth[known], decided[known]))
            rows[PROFILE].append((one.name, *self._by_profile(one, embedding)))
        found = {
            way: Answers(
                np.concatenate([np.full(len(truth), name) for name, truth, _ in mine]),
                np.concatenate([truth for _, truth, _ in mine]),
                np.concatenate([decided for _, _, decided in mine]),
            )
            for way, mine in rows.items()
        }
        return {way: one for way, one in found.items() if len(one.truth)}

    def _by_profile(self, one: Person, embedding: Array) -> tuple[Texts, Texts]:
        x = np.concatenate([one.closed, embedding], axis=1)
        first = one.repetition == 0
        labels = sorted(set(one.truth[~first].tolist()) & set(one.truth[first].tolist()))
        if len(labels) < 2:
            return np.zeros(0, np.str_), np.zeros(0, np.str_)
        examples = [
            Example(label, 0, mine, np.ones(mine.shape, bool), np.ones(len(mine)))
            for label in labels
            if len(mine := x[first & (one.truth == label)])
        ]
        widths = [one.closed.shape[1], embedding.shape[1]]
        blocks = list(pairwise(np.cumsum([0, *widths]).tolist()))[widths[0] == 0 :]
        prior = None
        if self.prior is not None:
            blocks = list(pairwise(np.cumsum([0, *map(len, self.prior)]).tolist()))
            prior = Prior(self.prior, tuple(np.zeros_like(of) for of in self.prior))
        head = fit_head(examples, blocks, prior)
        tests = ~first & np.isin(one.truth, head.labels)
        decided = head.distances(x[tests], np.ones(x.shape[1], bool)).argmin(axis=1)
        return one.truth[tests], np.array(head.labels)[decided]


def exam_of(network: FloatNetwork, root: Path, cache: Path, windows: int, say: Say) -> Exam:
    """The people whom the network's recipe (or a run's fold) holds out, and `windows` of those trained on.

    `root` holds one unpacked folder a data set. Raises what reading the sets raises; MismatchError where they
    are other than what the network takes.
    """
    if network.by_windows:
        from myoedge.export.prune.task import fold_of_network

        return exam_of_fold(fold_of_network(network, root, cache, say)[1], windows)
    exam = exam_of_pool(network, network.recipe, exam_pool(network.recipe, root, say), windows)
    found = {name: x.shape[1:] for name, x in exam.calibration.items()}
    if found != network.inputs:
        raise MismatchError(
            f"the recipe cuts windows {found}, the network takes {network.inputs}; give the recordings "
            "it was trained on"
        )
    return exam


def exam_pool(recipe: Recipe, root: Path, say: Say) -> Pool:
    """Everybody at the bundle's own rhythm; of those trained on only a part."""
    hop = replace(recipe, training=replace(recipe.training, hop_ms=recipe.front.hop_ms))
    return fill_pool(hop, root, say, some)


def some(source: Source, root: Path) -> LoadedDataset:
    """All of those held out, and of the others what calibration needs; raises what `trainable` raises."""
    loaded = trainable(source, root)
    seen: dict[tuple[str, str], int] = {}
    kept = []
    for one in loaded.repetitions:
        key = (one.person, one.label)
        seen[key] = seen.get(key, 0) + 1
        if one.person in source.held_out or seen[key] <= REPETITIONS:
            kept.append(one)
    return replace(loaded, repetitions=tuple(kept))


def exam_of_pool(network: FloatNetwork, recipe: Recipe, pool: Pool, windows: int) -> Exam:
    """Of a network for a bundle. Where its recipe holds nobody out those trained on are examined: what int8
    costs shows on them too."""
    front = recipe.front
    chosen = drawn(np.concatenate([group.all for group in pool.groups]), windows)
    prior = within_class(pool, front.features, lambda *inputs: embed_all(network.model, *inputs), turns=1)
    return Exam(
        network_inputs(front, {"emg": pool.emg[chosen], "imu": pool.imu[chosen]}),
        tuple(_of_group(recipe, pool, group) for group in pool.held_out or pool.groups),
        recipe.labels,
        tuple(prior),
    )


def _of_group(recipe: Recipe, pool: Pool, group: Group) -> Person:
    at = group.all
    rows = [(key, len(places)) for key, places in group.by.items()]
    return Person(
        f"{group.dataset} {group.person}",
        network_inputs(recipe.front, {"emg": pool.emg[at], "imu": pool.imu[at]}),
        closed_form(pool.emg[at], recipe.front.features),
        np.concatenate([np.full(count, label) for (label, _), count in rows]),
        np.concatenate([np.full(count, number) for (_, number), count in rows]),
    )


def exam_of_fold(data: FoldData, windows: int) -> Exam:
    """Of a network of window classification: its fold's test, calibrated by the windows it was trained on."""
    chosen = drawn(data.train.rows, windows)
    return Exam(
        {name: x[chosen] for name, x in data.arrays.items()},
        tuple(_of_test(data, data.test, person) for person in people_of(data.test)),
        data.labels,
        None,
    )


def people_of(part: Part) -> Sequence[str]:
    """In the order in which they come."""
    return list(dict.fromkeys(one.person for one in part.repetitions))


def _of_test(data: FoldData, part: Part, person: str) -> Person:
    edges = np.cumsum([0, *part.lengths])
    seen: dict[str, int] = {}
    rows, truth, number = [], [], []
    for place, one in enumerate(part.repetitions):
        if one.person == person:
            count = part.lengths[place]
            rows.append(part.rows[edges[place] : edges[place + 1]])
            truth.append(np.full(count, one.label))
            number.append(np.full(count, seen.get(one.label, 0)))
            seen[one.label] = seen.get(one.label, 0) + 1
    at = np.concatenate(rows)
    inputs = {name: np.asarray(x[at], np.float32) for name, x in data.arrays.items()}
    nothing = np.zeros((len(at), 0), np.float32)
    return Person(person, inputs, nothing, np.concatenate(truth), np.concatenate(number))


def drawn(rows: NDArray[np.int64], windows: int) -> NDArray[np.int64]:
    """At most so many of them, the same each time, in their order."""
    return np.sort(np.random.default_rng(0).permutation(rows)[:windows])
