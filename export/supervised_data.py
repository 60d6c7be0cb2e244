"""One fold as arrays: which windows train, validate and test, and batches of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.decide import REST
from myoedge.edge.errors import FormatError, UsageError
from myoedge.export.cache import Cached
from myoedge.export.data.fold import Fold, divide
from myoedge.export.data.repetition import Repetition
from myoedge.export.supervised_recipe import SupervisedRecipe

if TYPE_CHECKING:
    from torch import Tensor

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One of a fold's three lists."""

    repetitions: tuple[Repetition, ...]
    lengths: tuple[int, ...]  # windows of each
    truth: Rows  # (repetition,) index into the labels
    rows: Rows  # (window,) of the cache, repetition after repetition
    targets: Rows  # (window,) index into the labels

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class FoldData:
    """What training and its test read; arrays stay on disk until a batch is taken."""

    labels: tuple[str, ...]
    arrays: Mapping[str, NDArray[np.float32]]  # the inputs alone, in order
    train: Part
    validation: Part
    test: Part

    @property
    def inputs(self) -> dict[str, tuple[int, ...]]:
        """Shapes of one window by modality, as `build_model` takes them."""
        return {name: array.shape[1:] for name, array in self.arrays.items()}

    def batch(self, rows: Rows) -> list["Tensor"]:
        """These windows of every input, in order."""
        import torch

        return [torch.from_numpy(array[rows]) for array in self.arrays.values()]


class Tray:
    """Memory that one batch after another is laid into: fresh memory for each costs a fault a page.

    What a call gives holds until the next call.
    """

    def __init__(self, data: FoldData) -> None:
        self._arrays = [np.asarray(array) for array in data.arrays.values()]
        self._laid: dict[int, list[NDArray[np.float32]]] = {}  # by windows: the last batch is a smaller one

    def __call__(self, rows: Rows) -> list["Tensor"]:
        """These windows of every input, in order."""
        import torch

        count = len(rows)
        if count not in self._laid:
            self._laid[count] = [np.empty((count, *one.shape[1:]), np.float32) for one in self._arrays]
        for array, out in zip(self._arrays, self._laid[count], strict=True):
            np.take(array, rows, axis=0, out=out, mode="clip")  # "raise" would copy twice
        return [torch.from_numpy(out) for out in self._laid[count]]


def make_folds(recipe: SupervisedRecipe, cached: Cached) -> tuple[list[Fold], list[str]]:
    """The folds of a recipe in order, and who or what was left out."""
    division = divide(cached.dataset, recipe.data.folds, recipe.seed, window_ms=cached.window_ms)
    return list(division.folds), list(division.skipped)


def fold_data(
    recipe: SupervisedRecipe, cached: Cached, fold: Fold, inputs: Sequence[str], seed: int
) -> FoldData:
    """The windows of a fold; raises UsageError for an input the recipe lacks, FormatError where none are."""
    for name in inputs:
        if name not in cached.arrays:
            raise UsageError(f"no input {name!r}; the recipe has {', '.join(cached.arrays)}")
    drop = recipe.data.rest == "drop"
    lists = [
        [r for r in one if not (drop and r.label == REST)] for one in (fold.train, fold.validation, fold.test)
    ]
    labels = tuple(sorted({r.label for r in lists[0]}))
    train, validation, test = (_part(one, cached, labels) for one in lists)
    for label in labels:
        if not len(_of(train, labels.index(label))):
            raise FormatError(f"{fold.name}: {label} has no window to train on; wanted a shorter window")
    if not len(test):
        raise FormatError(f"{fold.name}: no window to test; wanted a shorter window")
    if recipe.data.rest == "even" and REST in labels:
        train = _thinned(train, labels.index(REST), len(labels), seed)
    return FoldData(labels, {name: cached.arrays[name] for name in inputs}, train, validation, test)


def batches(part: Part, size: int, seed: int, epoch: int) -> Iterator[tuple[Rows, Rows]]:
    """Windows and their labels in an order that seed and epoch alone decide; a single last one is left out.

    Rows rise within a batch: a disk reads them in one way.
    """
    order = np.random.default_rng([seed, epoch]).permutation(len(part))
    for at in range(0, len(order), size):
        chosen = np.sort(order[at : at + size])
        if len(chosen) > 1:
            yield part.rows[chosen], part.targets[chosen]


def steps(part: Part, size: int) -> int:
    """Batches of an epoch."""
    whole, rest = divmod(len(part), size)
    return whole + (rest > 1)


def _part(repetitions: Sequence[Repetition], cached: Cached, labels: Sequence[str]) -> Part:
    lengths = [int(np.diff(cached.edges[r])[0]) for r in repetitions]
    truth = np.array([labels.index(r.label) for r in repetitions], np.int64)
    rows = cached.rows(repetitions)
    return Part(tuple(repetitions), tuple(lengths), truth, rows, np.repeat(truth, lengths))


def _of(part: Part, label: int) -> Rows:
    return np.flatnonzero(part.targets == label)


def _thinned(part: Part, rest: int, labels: int, seed: int) -> Part:
    """Rest with no more windows than the other labels have in the mean; what stays is drawn."""
    own = _of(part, rest)
    most = round((len(part) - len(own)) / (labels - 1))
    kept = np.random.default_rng([seed, len(own)]).permutation(own)[:most]
    chosen = np.sort(np.concatenate([np.flatnonzero(part.targets != rest), kept]))
    return Part(part.repetitions, part.lengths, part.truth, part.rows[chosen], part.targets[chosen])
