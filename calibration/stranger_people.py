"""What a bundle knows of other people's held gestures: where each one's lie, and how windows stray from them.

Made by `export/people_population.py`. Everything is in closed-form features, as a band shows them that sits
like the first person's: the others' were turned, and mirrored, to match.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import FormatError
from myoedge.edge.features import FEATURES

FILE = "people.npz"
FACT = "people"  # in bundle.json: labels, origin, licence
CHANNELS = 8
FEWEST = 3  # people, below which nothing can be said of how they differ

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class People:
    """Read from people.npz of a bundle."""

    labels: tuple[str, ...]
    features: tuple[str, ...]  # names of the closed-form blocks
    blocks: tuple[tuple[int, int], ...]  # their ranges
    means: Array  # (person, label, feature)
    within: tuple[Array, ...]  # by block: covariance of windows about a person's gesture

    def standardised(self) -> "People":
        """The same with each person's features in units of that person's own windows, every gesture alike."""
        within = np.concatenate([np.diag(covariance) for covariance in self.within])
        spread = np.sqrt(self.means.var(axis=1) + within)  # (person, feature)
        inverse = 1 / spread
        scales = np.einsum("pi,pj->ij", inverse, inverse) / len(spread)
        return replace(
            self,
            means=(self.means - self.means.mean(axis=1, keepdims=True)) / spread[:, None],
            within=tuple(c * scales[a:b, a:b] for c, (a, b) in zip(self.within, self.blocks, strict=True)),
        )


def load_people(bundle: Bundle) -> People | None:
    """None where the bundle brings none; raises FormatError when its file makes no sense."""
    if FILE not in bundle.files:
        return None
    arrays = bundle.arrays(FILE)
    try:
        labels = tuple(str(label) for label in bundle.facts[FACT]["labels"])
        blocks = blocks_of(bundle.features)
        within = tuple(arrays[f"within_{i}"].astype(np.float64) for i in range(len(blocks)))
        people = People(labels, bundle.features, blocks, arrays["means"].astype(np.float64), within)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"bundle {bundle.name}: {FILE} lacks or misstates {error}; rebuild it") from error
    _check(people, bundle.name)
    return people


def blocks_of(features: tuple[str, ...], channels: int = CHANNELS) -> tuple[tuple[int, int], ...]:
    """Range of each closed-form block in the embedding."""
    edges = np.cumsum([0, *(len(FEATURES[name][1](channels)) for name in features)]).tolist()
    return tuple(pairwise(edges))


def _check(people: People, name: str) -> None:
    size = people.blocks[-1][1]
    persons, labels, features = people.means.shape if people.means.ndim == 3 else (0, 0, 0)
    whole = persons >= FEWEST and labels == len(people.labels) > 1 and features == size
    for (start, stop), covariance in zip(people.blocks, people.within, strict=True):
        whole = whole and covariance.shape == (stop - start, stop - start)
        whole = whole and bool(np.isfinite(covariance).all() and np.linalg.eigvalsh(covariance)[0] > 0)
    if not whole or not np.isfinite(people.means).all():
        raise FormatError(
            f"bundle {name}: {FILE} holds means of shape {people.means.shape}; wanted {FEWEST} people or "
            f"more, {len(people.labels)} labels, {size} features, and covariances to match: rebuild it"
        )
