"""The order in which a stranger was asked to move: what it says of which gesture was done when.

Two gestures of one person may lie where another's lie the other way round; who went through them in the order
asked for tells them apart. A chain of states (each gesture, and the rest after it) read forwards and
backwards (Rabiner, Proc. IEEE 77(2), 1989). Who did not keep to the order loses nothing: `kept` says by how
much it explains the windows better than any order, and where it does not it is left alone.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import MismatchError

LASTS_S = 3.0  # a hold or a rest (our choice, as all below)
SLIP = 0.02  # share of the changes that go to any gesture
AGAIN = 0.05  # and to the one just done
RESTED = 0.6  # share of the gestures that rest follows, not the next gesture
AT_REST = 0.7  # it begins at rest

Array = NDArray[np.float64]


class Order:
    """Gestures asked for one after the other, and again from the first; windows come every `step_s`."""

    def __init__(self, gestures: Sequence[int], rest: int, step_s: float) -> None:
        count = len(gestures)
        self._labels = np.array([*gestures, *[rest] * (count + 1)])  # the last: rest before the first
        next_one = np.roll(np.eye(count), 1, axis=1)
        kept = (1 - SLIP - AGAIN) * next_one + AGAIN * np.eye(count) + SLIP / count
        any_one = np.full((count, count), 1 / count)
        first = (1 - SLIP) * np.eye(count)[0] + SLIP / count
        self._asked = _chain(kept, first, step_s)
        self._free = _chain(any_one, any_one[0], step_s)

    def __call__(self, log: Array) -> Array:
        """Share of each label in each window, (window, label), from log densities in the order of time."""
        likely = self._likely(log)
        begin, change = self._asked
        forwards, scale = _forwards(likely, begin, change)
        backwards = np.ones_like(likely)
        for t in range(len(likely) - 2, -1, -1):
            backwards[t] = change @ (likely[t + 1] * backwards[t + 1]) / scale[t + 1]
        share = (forwards * backwards) @ (self._labels[:, None] == np.arange(log.shape[1]))
        return np.asarray(share / share.sum(axis=1, keepdims=True))

    def kept(self, log: Array) -> float:
        """By how much this order explains the windows better than any order, nat."""
        likely = self._likely(log)
        asked, free = (np.log(_forwards(likely, *chain)[1]).sum() for chain in (self._asked, self._free))
        return float(asked - free)

    def _likely(self, log: Array) -> Array:
        """Densities by state, (window, state), the largest of each window 1."""
        seen = log[:, self._labels]
        return np.asarray(np.exp(seen - seen.max(axis=1, keepdims=True)))


def order_of(asked: Sequence[str], labels: Sequence[str], rest: str, step_s: float) -> Order | None:
    """None where nothing, or a single gesture, was asked for; raises MismatchError for a label not known."""
    gestures = [label for label in asked if label != rest]
    if unknown := [label for label in gestures if label not in labels]:
        raise MismatchError(f"an order with {', '.join(unknown)}; known are {', '.join(labels)}")
    if len(gestures) < 2 or rest not in labels:
        return None
    return Order([labels.index(label) for label in gestures], labels.index(rest), step_s)


def _chain(after: Array, first: Array, step_s: float) -> tuple[Array, Array]:
    """Where it begins, (state,), and how states follow each other, (state, state): gestures, their rests, the
    rest before the first. `after`: (gesture, gesture) chances of what comes next."""
    count = len(after)
    stay = np.exp(-step_s / LASTS_S)
    done, resting = np.arange(count), np.arange(count, 2 * count)
    change = np.zeros((2 * count + 1, 2 * count + 1))
    another = after * (1 - np.eye(count))
    another /= another.sum(axis=1, keepdims=True)
    change[np.ix_(done, done)] = (1 - stay) * (1 - RESTED) * another
    change[done, resting] = (1 - stay) * RESTED
    change[np.ix_(resting, done)] = (1 - stay) * after
    change[-1, done] = (1 - stay) * first
    change.flat[:: len(change) + 1] += stay
    begin = np.concatenate([(1 - AT_REST) * first, np.zeros(count), [AT_REST]])
    return begin, change


def _forwards(likely: Array, begin: Array, change: Array) -> tuple[Array, Array]:
    """Chance of each state given windows so far, (window, state), and each window's density, (window,)."""
    forwards, scale = np.empty_like(likely), np.empty(len(likely))
    state = begin * likely[0]
    for t in range(len(likely)):
        if t:
            state = (forwards[t - 1] @ change) * likely[t]
        scale[t] = state.sum()
        forwards[t] = state / scale[t]
    return forwards, scale
