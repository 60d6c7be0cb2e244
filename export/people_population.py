"""Learns what people's held gestures have in common once their bands sit alike; written as people.npz."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.seat import Seat
from myoedge.calibration.stranger_people import CHANNELS, blocks_of
from myoedge.calibration.stranger_seat import seats, shown
from myoedge.edge.errors import FormatError
from myoedge.export.batch_features import closed_form
from myoedge.export.data.repetition import LoadedDataset
from myoedge.export.windows import Front, stacked, windows_of

ROUNDS = 3  # in which every person is compared with all others
RIDGE = 0.03  # share of the diagonal added before a covariance is inverted

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Holder:
    """One person's windows."""

    person: str
    features: Array  # (window, feature), in the armband's own channel order
    labels: NDArray[np.intp]  # (window,)

    def means(self, features: Array, count: int) -> Array:
        """Of every label, (label, feature)."""
        return np.stack([features[self.labels == k].mean(axis=0) for k in range(count)])


def hold(front: Front, names: tuple[str, ...], dataset: LoadedDataset, labels: Sequence[str]) -> list[Holder]:
    """Every person who did all of the labels; windows by the edge's own stops 5 and 6."""
    rows: dict[str, list[tuple[int, Array]]] = {}
    for repetition in dataset.repetitions:
        if repetition.label in labels:
            windows = windows_of(front, dataset.spec.streams, {front.clock: repetition.signals[front.clock]})
            if windows:
                x = closed_form(stacked(windows, front.clock), names).astype(np.float64)
                rows.setdefault(repetition.person, []).append((labels.index(repetition.label), x))
    return [
        Holder(
            person,
            np.concatenate([x for _, x in mine]),
            np.concatenate([np.full(len(x), label) for label, x in mine]),
        )
        for person, mine in rows.items()
        if {label for label, _ in mine} == set(range(len(labels)))
    ]


def fit_people(
    holders: Sequence[Holder], labels: Sequence[str], names: tuple[str, ...]
) -> tuple[dict[str, NDArray[Any]], dict[str, Seat]]:
    """The arrays of people.npz, and how each person's band had to be turned.

    Raises FormatError where nobody did all of the labels.
    """
    if not holders:
        raise FormatError(f"nobody did all of {', '.join(labels)}; nothing can be said of people")
    count = len(labels)
    places = seats(CHANNELS)
    tried = {
        h.person: [shown(h.means(h.features, count), s, names, CHANNELS) for s in places] for h in holders
    }
    at = _aligned({person: np.array(means) for person, means in tried.items()}, _whitening(holders, count))
    found = {h.person: places[at[h.person]] for h in holders}
    arrays: dict[str, NDArray[Any]] = {
        "means": np.array([tried[h.person][at[h.person]] for h in holders], np.float32)
    }
    seen = [(h, shown(h.features, found[h.person], names, CHANNELS)) for h in holders]
    within = np.mean([_residuals(h, np.asarray(x, np.float64), count) for h, x in seen], axis=0)
    for i, (start, stop) in enumerate(blocks_of(names)):
        arrays[f"within_{i}"] = within[start:stop, start:stop].astype(np.float32)
    return arrays, found


def _whitening(holders: Sequence[Holder], count: int) -> Array:
    """Makes windows stray alike in all directions, whatever way the band is turned, (feature, feature)."""
    within = np.mean([_residuals(h, h.features, count) for h in holders], axis=0)
    within.flat[:: len(within) + 1] *= 1 + RIDGE
    return np.asarray(np.linalg.cholesky(np.linalg.inv(within)))


def _aligned(means: Mapping[str, Array], whitening: Array) -> dict[str, int]:
    """The place of each person under which people are most alike; the first person's stays as it is.

    `means`: (place, label, feature). What all of a person's gestures share does not count.
    """

    def away(person: str, others: Sequence[str]) -> NDArray[np.float64]:
        centre = np.mean([means[other][at[other]] for other in others], axis=0)
        d = means[person] - centre
        d -= d.mean(axis=1, keepdims=True)
        return np.asarray(((d @ whitening) ** 2).sum(axis=(1, 2)))

    people = list(means)
    at = {people[0]: 0}
    for i, person in enumerate(people[1:], 1):
        at[person] = int(away(person, people[:i]).argmin())
    for _ in range(ROUNDS):
        for person in people[1:]:
            at[person] = int(away(person, [other for other in people if other != person]).argmin())
    return at


def _residuals(holder: Holder, features: Array, count: int) -> Array:
    away = features - holder.means(features, count)[holder.labels]
    return np.asarray(away.T @ away / len(away))
