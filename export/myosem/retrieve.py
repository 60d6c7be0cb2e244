"""Asks a trained network: windows and repetitions against texts, texts against windows, beside chance."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from myoedge.export.myosem.metrics import grouped, muscles_to_text, over_people, text_to_muscles, unit
from myoedge.export.myosem.seats import Seats
from myoedge.export.myosem.split import TEST, Split
from myoedge.export.myosem.train import embed_texts, embed_windows, named
from myoedge.export.myosem.union import Union

Array = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Everything that a split asks about, embedded once."""

    windows: Array  # (window, view, space)
    action: Rows  # (window,) index into the union's actions
    person: tuple[str, ...]  # of each window, as set/person
    repetition: Rows  # (window,) one number a repetition over all sets
    source: Rows  # (window,) index of the set
    texts: Array  # (action, view, space), all the union's actions


def embed_split(model: nn.Module, union: Union, split: Split, seats: Seats, vectors: Array) -> Asked:
    """Embed the windows that the split asks about and all texts."""
    parts: list[Array] = []
    action: list[int] = []
    person: list[str] = []
    repetition: list[int] = []
    source: list[int] = []
    before = 0
    for place, (one, roles) in enumerate(zip(union.sets, split.roles, strict=True)):
        rows = named(union, place, roles, TEST)
        if len(rows):
            parts.append(embed_windows(model, union, place, rows, seats))
            action += one.action[rows].tolist()
            person += [f"{one.key}/{one.repetitions[r].person}" for r in one.repetition[rows].tolist()]
            repetition += (one.repetition[rows] + before).tolist()
            source += [place] * len(rows)
        before += len(one.repetitions)
    numbers = [np.array(column, np.int64) for column in (action, repetition, source)]
    return Asked(
        np.concatenate(parts), numbers[0], tuple(person), numbers[1], numbers[2], embed_texts(model, vectors)
    )


def report(asked: Asked, union: Union, split: Split) -> dict[str, Any]:
    """All figures of a split: among all actions, among the unseen alone, and within the query's own set."""
    pools = {"all": _pool(asked, union)}
    if split.unseen:
        pools["unseen"] = np.array(split.unseen)
    found: dict[str, Any] = {"split": split.name, "pools": {}}
    for name, pool in pools.items():
        chosen = np.isin(asked.action, split.unseen) if split.unseen else np.ones(len(asked.action), bool)
        found["pools"][name] = _directions(_taken(asked, chosen), pool)
    found["own set"] = _within_sets(asked, split, union)
    return found


def _pool(asked: Asked, union: Union) -> Rows:
    """Actions that can be answered: taught or asked about."""
    here = {a for one in union.sets for a in one.action.tolist() if a >= 0}
    return np.array(sorted(here | set(asked.action.tolist())))


def _taken(asked: Asked, chosen: NDArray[np.bool_]) -> Asked:
    people = tuple(name for name, kept in zip(asked.person, chosen.tolist(), strict=True) if kept)
    return Asked(
        asked.windows[chosen],
        asked.action[chosen],
        people,
        asked.repetition[chosen],
        asked.source[chosen],
        asked.texts,
    )


def _directions(asked: Asked, pool: Rows) -> dict[str, Any]:
    texts, truth = asked.texts[pool], np.searchsorted(pool, asked.action)
    whole = by_repetition(asked)
    return {
        "actions": len(pool),
        "windows": len(truth),
        "repetitions": len(whole.action),
        "muscles to text": muscles_to_text(asked.windows, texts, truth),
        "muscles to text, repetitions": muscles_to_text(
            whole.windows, texts, np.searchsorted(pool, whole.action)
        ),
        "text to muscles": text_to_muscles(asked.windows, texts, truth),
        "people": _interval(asked, texts, truth),
    }


def by_repetition(asked: Asked) -> Asked:
    """The mean of each repetition's windows in place of them."""
    numbers, first, place = np.unique(asked.repetition, return_index=True, return_inverse=True)
    sums = np.zeros((len(numbers), *asked.windows.shape[1:]), np.float64)
    np.add.at(sums, place, asked.windows)
    mean = unit((sums / np.bincount(place)[:, None, None]).astype(np.float32))
    people = tuple(asked.person[at] for at in first.tolist())
    return Asked(mean, asked.action[first], people, numbers, asked.source[first], asked.texts)


def _interval(asked: Asked, texts: Array, truth: Rows) -> dict[str, Any]:
    """R@1 by window: mean over people with its bootstrap interval, and by person."""
    scores = unit(asked.windows.mean(1)) @ unit(texts.mean(1)).T
    first = (scores.argmax(axis=1) == truth).astype(np.float64)
    by_person = grouped(first, asked.person)
    mean, low, high = over_people(by_person)
    return {"r@1": mean, "low": low, "high": high, "each": by_person}


def _within_sets(asked: Asked, split: Split, union: Union) -> dict[str, Any]:
    """Each query among the actions of its own set: what betrays the set cannot help here."""
    found: dict[str, Any] = {}
    by_person: dict[str, float] = {}
    expected: dict[str, float] = {}
    for place, one in enumerate(union.sets):
        chosen = asked.source == place
        if split.unseen:
            chosen &= np.isin(asked.action, np.array(split.unseen))
        pool = np.array(sorted({a for a in one.action.tolist() if a >= 0}))
        if not chosen.any() or len(pool) < 2:
            continue
        mine = _taken(asked, chosen)
        truth = np.searchsorted(pool, mine.action)
        own = _interval(mine, asked.texts[pool], truth)
        by_person |= own["each"]
        expected |= dict.fromkeys(own["each"], 1 / len(pool))
        found[one.key] = {name: own[name] for name in ("r@1", "low", "high")} | {"chance": 1 / len(pool)}
    if by_person:
        mean, low, high = over_people(by_person)
        over = {"r@1": mean, "low": low, "high": high, "chance": float(np.mean(list(expected.values())))}
        found["all people"] = over
    return found


def set_alone(asked: Asked, union: Union) -> dict[str, float]:
    """The control that knows only which set a window is from, and draws among that set's actions."""
    pool = _pool(asked, union)
    own = {place: {a for a in one.action.tolist() if a >= 0} for place, one in enumerate(union.sets)}
    hits = [len(own[place]) for place in asked.source.tolist()]
    return {"r@1": float(np.mean([1 / count for count in hits])), "actions": len(pool)}
