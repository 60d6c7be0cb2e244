"""All training windows of a recipe, grouped so that an episode finds repetitions of one person."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import NotThereError, UsageError
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS, load
from myoedge.export.recipe import Recipe, Source
from myoedge.export.windows import stacked, windows_of

FEWEST_LABELS = 3  # an episode with fewer labels teaches little


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Windows of one person (or of neighbouring days of one), by label and repetition."""

    dataset: str
    person: str
    by: Mapping[tuple[str, int], NDArray[np.intp]]  # (label, repetition) -> windows of the pool
    labels: tuple[str, ...]
    repetitions: tuple[int, ...]
    windows: int

    @property
    def all(self) -> NDArray[np.intp]:
        """Every window of the group."""
        return np.concatenate(list(self.by.values()))


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Windows of all data sets and the groups they come in."""

    emg: NDArray[np.float32]  # (window, time, channel), conditioned counts
    imu: NDArray[np.float32]  # (window, time, axis), scaled; zeros where the set has none
    groups: tuple[Group, ...]  # trained on
    held_out: tuple[Group, ...]
    with_imu: NDArray[np.intp]  # windows that have one
    notes: tuple[str, ...]


def trainable(source: Source, root: Path) -> LoadedDataset:
    """A data set without the people who stand for unseen.

    Raises UsageError where weights may not ship, NotThereError where its folder is not below `root`.
    """
    spec = DATASETS[source.dataset]
    if not spec.ship_weights:
        raise UsageError(
            f"{source.dataset} ({spec.licence}): weights trained on it may not ship; leave it out"
        )
    folder = source.folder(root)
    if not folder.is_dir():
        raise NotThereError(
            f"no {folder}: the recipe wants {source.dataset} there; --root holds one folder a set, named "
            "by key or by the recipe's `path`"
        )
    loaded = load(source.dataset, folder)
    people = [person for person in loaded.people if person not in spec.unseen]
    kept = tuple(r for r in loaded.repetitions if r.person in people)
    return LoadedDataset(loaded.spec, kept, loaded.skipped, loaded.notes)


def unseen(source: Source, root: Path) -> LoadedDataset:
    """The people of a data set who stand for unseen, to be tested on alone; none where the set names none."""
    spec = DATASETS[source.dataset]
    if not spec.unseen:
        return LoadedDataset(spec, (), (), ())
    return load(source.dataset, source.folder(root), spec.unseen)


def fill_pool(
    recipe: Recipe,
    root: Path,
    say: Callable[[str], None],
    read: Callable[[Source, Path], LoadedDataset] = trainable,
) -> Pool:
    """Read every source of the recipe and cut it into windows; `root` holds one folder a data set.

    Raises as `read`, and UsageError when nobody to train on is left.
    """
    emg: list[NDArray[np.float32]] = []
    imu: list[NDArray[np.float32]] = []
    groups: dict[bool, list[Group]] = {False: [], True: []}
    notes: list[str] = []
    with_imu: list[NDArray[np.intp]] = []
    count = 0
    for source in recipe.sources:
        loaded = read(source, root)
        notes += [f"{source.dataset}: {note}" for note in (*loaded.notes, *loaded.skipped)]
        for (person, _), repetitions in _grouped(loaded, source.days).items():
            by: dict[tuple[str, int], NDArray[np.intp]] = {}
            for label, number, rep in _numbered(repetitions):
                windows = windows_of(
                    recipe.front, loaded.spec.streams, rep.signals, hop_ms=recipe.training.hop_ms
                )
                if windows:
                    emg.append(stacked(windows, "emg"))
                    imu.append(stacked(windows, "imu"))
                    by[label, number] = np.arange(count, count + len(windows))
                    count += len(windows)
                    if "imu" in rep.signals:
                        with_imu.append(by[label, number])
            group = _group(source.dataset, person, by)
            if len(group.labels) >= FEWEST_LABELS and len(group.repetitions) > 1:
                groups[person in source.held_out].append(group)
        say(f"{source.dataset}: {len(loaded.repetitions)} repetitions of {len(loaded.people)} people")
    if not groups[False]:
        raise UsageError(
            f"nobody to train on has {FEWEST_LABELS} gestures, each at least twice; record more people, "
            "gestures or repetitions, or hold fewer people out"
        )
    return Pool(
        np.concatenate(emg),
        np.concatenate(imu),
        tuple(groups[False]),
        tuple(groups[True]),
        np.concatenate(with_imu) if with_imu else np.zeros(0, np.intp),
        tuple(notes),
    )


def _group(dataset: str, person: str, by: Mapping[tuple[str, int], NDArray[np.intp]]) -> Group:
    labels = tuple(sorted({label for label, _ in by}))
    numbers = tuple(sorted({number for _, number in by}))
    return Group(dataset, person, by, labels, numbers, sum(map(len, by.values())))


def _grouped(loaded: LoadedDataset, days: int) -> dict[tuple[str, int], list[Repetition]]:
    """Repetitions by person and, where `days` says so, by runs of that many sessions."""
    sessions: dict[str, list[str]] = {}
    groups: dict[tuple[str, int], list[Repetition]] = {}
    for repetition in loaded.repetitions:
        mine = sessions.setdefault(repetition.person, [])
        if repetition.session not in mine:
            mine.append(repetition.session)
        run = mine.index(repetition.session) // days if days else 0
        groups.setdefault((repetition.person, run), []).append(repetition)
    return groups


def _numbered(repetitions: list[Repetition]) -> Iterator[tuple[str, int, Repetition]]:
    """Repetitions of a label counted through all its sessions."""
    counts: dict[str, int] = {}
    for repetition in repetitions:
        number = counts.get(repetition.label, 0)
        counts[repetition.label] = number + 1
        yield repetition.label, number, repetition
