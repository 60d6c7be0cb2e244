"""Retrieval in both directions: ranks, and what they come to."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]  # (query, candidate)
Truth = NDArray[np.int64]

TOPS = (1, 5, 10)


def ranks(scores: Scores, wanted: NDArray[np.bool_]) -> Truth:
    """Place of the first wanted candidate of each query, from 1; ties keep the candidates' order.

    `wanted` (query, candidate); every query wants at least one.
    """
    order = np.argsort(-scores, axis=1, kind="stable")
    hit = np.take_along_axis(wanted, order, axis=1)
    first: Truth = hit.argmax(axis=1).astype(np.int64) + 1
    return first


def average_precision(scores: Scores, wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of each query: the mean over its wanted candidates of how pure the list is down to them."""
    order = np.argsort(-scores, axis=1, kind="stable")
    hit = np.take_along_axis(wanted, order, axis=1)
    precision = hit.cumsum(axis=1) / np.arange(1, scores.shape[1] + 1)
    found: NDArray[np.float64] = (precision * hit).sum(axis=1) / hit.sum(axis=1)
    return found


def measures(scores: Scores, wanted: NDArray[np.bool_]) -> dict[str, float]:
    """R@1, 5, 10, median rank, mean reciprocal rank and mean average precision; means over the queries."""
    place = ranks(scores, wanted)
    found = {f"r@{top}": float((place <= top).mean()) for top in TOPS}
    found |= {"median_rank": float(np.median(place)), "mrr": float((1 / place).mean())}
    return found | {"map": float(average_precision(scores, wanted).mean())}


def chance(wanted: NDArray[np.bool_]) -> dict[str, float]:
    """R@K of a random order, in the mean over queries with their numbers of wanted candidates."""
    candidates = wanted.shape[1]
    many = wanted.sum(axis=1)
    found = {}
    for top in TOPS:
        missed = np.ones(len(many))
        for drawn in range(min(top, candidates)):
            missed *= np.clip(candidates - many - drawn, 0, None) / (candidates - drawn)
        found[f"r@{top}"] = float((1 - missed).mean())
    return found


def muscles_to_text(windows: NDArray[np.float32], texts: NDArray[np.float32], truth: Truth) -> dict[str, Any]:
    """Windows ask, actions answer: by the mean of views, and by any view of any action.

    `windows` (window, view, space), `texts` (action, view, space), `truth` (window,) index of the action.
    """
    wanted = truth[:, None] == np.arange(len(texts))
    by_mean = unit(windows.mean(1)) @ unit(texts.mean(1)).T
    each = np.einsum("wvs,avs->wav", windows, texts).reshape(len(windows), -1)
    every = np.repeat(wanted, texts.shape[1], axis=1)
    return {
        "actions": measures(by_mean, wanted),
        "views": measures(each, every),
        "chance": chance(wanted),
    }


def text_to_muscles(windows: NDArray[np.float32], texts: NDArray[np.float32], truth: Truth) -> dict[str, Any]:
    """Actions ask, windows answer: by the mean of views, and each view by itself, then their mean."""
    asked = np.flatnonzero(np.isin(np.arange(len(texts)), truth))
    wanted = asked[:, None] == truth[None]
    views = [measures(texts[asked, view] @ windows[:, view].T, wanted) for view in range(texts.shape[1])]
    return {
        "actions": measures(unit(texts[asked].mean(1)) @ unit(windows.mean(1)).T, wanted),
        "views": {name: float(np.mean([one[name] for one in views])) for name in views[0]},
        "chance": chance(wanted),
    }


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row by its length."""
    length = np.sqrt(np.square(rows).sum(axis=-1, keepdims=True))
    found: NDArray[np.float32] = rows / np.maximum(length, np.float32(1e-9))
    return found


def over_people(
    by_person: Mapping[str, float], seed: int = 0, draws: int = 2000, share: float = 0.95
) -> tuple[float, float, float]:
    """Mean over people and its bootstrap interval; with one person the interval is that value."""
    values = np.array(list(by_person.values()))
    rng = np.random.default_rng(seed)
    means = values[rng.integers(0, len(values), (draws, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2])
    return float(values.mean()), float(low), float(high)


def grouped(values: NDArray[np.float64], people: Sequence[str]) -> dict[str, float]:
    """Mean of a value of each query, by person."""
    names = np.array(people)
    return {name: float(values[names == name].mean()) for name in dict.fromkeys(people)}
