"""Judges a way of fitting on repetitions held out of it: accuracy, temperature, thresholds of rejection."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.example import Example
from myoedge.edge.errors import UsageError
from myoedge.edge.head import Head
from myoedge.edge.profile import Thresholds

Array = NDArray[np.float64]

FOLDS = 5  # at most so many heads are fitted for the judgement
GAP = 3  # windows dropped at a cut within one repetition: they share samples
ACCEPT = (
    0.95  # share of right decisions that both thresholds together let through, where nothing else is asked
)
ACCEPTS = (0.5, 0.999)  # what may be asked
# How much a gesture's own windows count for its distance, beside those of all.
OWN, OWN_OF_ONE = 0.5, 0.25
FEWEST = 5  # held-out windows of a gesture, below which those of all count alone
SCORES = (0.1, 0.7)  # bounds of the score threshold: below means nothing, above refuses what is clear
DOUBTED = 0.15  # of what may be refused, what the score refuses: distance tells strangers better (docs)
# Few held-out windows are all right or all wrong by chance, and then ask for no doubt or for endless doubt.
# Within these bounds the posteriors of later sessions fit best (docs/calibration.md).
TEMPERATURES = (0.02, 0.15)
TEMPERATURES_OF_ONE = (0.02, 0.1)
UNTESTED = Thresholds(0.5, 3.0)  # when nothing could be held out
UNTESTED_TEMPERATURE = 0.05  # blocks repeat each other, so their sum is overconfident


# How far right decisions stray later, by repetitions of each gesture, from 4 on alike: the distance that lets
# each of LEVELS pass, in medians of what was fitted on. Distances held out say less of a wearer, since few
# repetitions scatter more than people do. Learned from other people's repetitions (docs/calibration.md).
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
STRAYS: Mapping[int, tuple[float, ...]] = {
    2: (1.34, 1.85, 2.20, 2.53, 3.75, 5.20),
    3: (1.18, 1.56, 1.88, 2.14, 3.10, 4.30),
    4: (1.14, 1.48, 1.75, 2.02, 2.76, 3.97),
}
# Of one repetition, what is fitted on says nothing of another: there it is times the distance that lets the
# share MOST_HALVES pass where its halves are held out of each other; other shares than ACCEPT as with two.
HALVES, MOST_HALVES = 1.45, 0.975
NEARBY, NEARBY_WIDER = 0.975, 1.3  # share let through, and how much wider, of windows near those fitted on


def check_accept(accept: float) -> float:
    """The share; raises UsageError for one that thresholds cannot be chosen for."""
    if not ACCEPTS[0] <= accept <= ACCEPTS[1]:
        raise UsageError(f"accept {accept:g} of the right decisions; wanted {ACCEPTS[0]} to {ACCEPTS[1]}")
    return accept


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Windows that were not fitted on."""

    distances: Array  # (window, label)
    truth: NDArray[np.intp]  # (window,) index of the label
    labels: tuple[str, ...]
    features: int  # that counted
    repetitions: int  # fewest of a label; of one, parts were held out
    inside: Array  # (label,) median distance to their own label of windows that were fitted on

    @property
    def whole(self) -> bool:
        """Whether whole repetitions were held out, not parts of one."""
        return self.repetitions > 1


def held_out(examples: Sequence[Example], fit_head: Callable[[Sequence[Example]], Head]) -> HeldOut | None:
    """Fit without one repetition of every label, test on those, for each in turn; None: too few windows."""
    pieces = _pieces(examples)
    folds = min(FOLDS, max(turn for turn, _ in pieces) + 1)
    labels = tuple(sorted({e.label for e in examples}))
    distances, truth = [], []
    features = 0
    for fold in range(folds):
        test = [e for turn, e in pieces if turn % folds == fold]
        train = [e for turn, e in pieces if turn % folds != fold]
        if not test or {e.label for e in train} != set(labels):
            continue
        head = fit_head(train)
        for example in test:
            used = np.asarray(example.used.all(axis=0))
            features = int(used.sum())
            distances.append(head.distances(example.embeddings, used))
            truth.append(np.full(len(example), labels.index(example.label)))
    if not distances:
        return None
    repetitions = min(Counter(e.label for e in examples).values())
    inside = _inside(examples, fit_head(examples), labels)
    return HeldOut(np.concatenate(distances), np.concatenate(truth), labels, features, repetitions, inside)


def _inside(examples: Sequence[Example], head: Head, labels: Sequence[str]) -> Array:
    medians = []
    for label in labels:
        own = head.labels.index(label)
        mine = [
            head.distances(e.embeddings, np.asarray(e.used.all(axis=0)))[:, own]
            for e in examples
            if e.label == label
        ]
        medians.append(float(np.median(np.concatenate(mine))))
    return np.array(medians)


def _pieces(examples: Sequence[Example]) -> list[tuple[int, Example]]:
    """Each repetition with its turn within its label; the only repetition of a label is cut in two."""
    pieces: list[tuple[int, Example]] = []
    for label in dict.fromkeys(e.label for e in examples):
        mine = sorted((e for e in examples if e.label == label), key=lambda e: e.repetition)
        if len(mine) == 1:
            half = len(mine[0]) // 2
            first, second = mine[0].part(slice(0, max(0, half - GAP))), mine[0].part(slice(half, None))
            mine = [first, second] if len(first) and len(second) else mine
        pieces += enumerate(mine)
    return pieces


def judge(tested: HeldOut | None, accept: float = ACCEPT) -> tuple[float, Thresholds, dict[str, Any]]:
    """Temperature, thresholds for a share `accept` of right decisions, and the facts to keep beside them."""
    if tested is None:
        return UNTESTED_TEMPERATURE, UNTESTED, {"held_out": None}
    temperature = _temperature(tested)
    rows = np.arange(len(tested.truth))
    best = tested.distances.argmin(axis=1)
    right = best == tested.truth
    facts: dict[str, Any] = {
        "held_out": {
            "accuracy": round(float(right.mean()), 4),
            "windows": len(rows),
            "by": "repetition" if tested.whole else "part of a repetition",
            "labels": list(tested.labels),
            "confusion": confusion_of(tested).tolist(),
            "apart": [[None if np.isnan(d) else round(float(d), 1) for d in row] for row in apart_of(tested)],
        }
    }
    if not right.any():
        return temperature, UNTESTED, facts
    posterior = softmax(-0.5 * tested.features * temperature * tested.distances)[rows, best][right]
    facts["accept"] = accept
    score = float(np.clip(np.quantile(posterior, DOUBTED * (1 - accept)), *SCORES))
    return temperature, _thresholds(tested, right, score, accept), facts


def _thresholds(tested: HeldOut, right: NDArray[np.bool_], score: float, accept: float) -> Thresholds:
    """Distances that let `accept` of the right decisions of later repetitions through, gesture by gesture.

    A gesture done always alike gets a smaller one, so that fewer strangers are taken for it.
    """
    if tested.whole:
        times = beyond(tested.repetitions, accept)
        of_all, own = times * float(tested.inside.mean()), times * tested.inside
    else:
        near = tested.distances.min(axis=1)[right]
        times = HALVES * beyond(2, accept) / beyond(2, ACCEPT)
        of_all = times * float(np.quantile(near, MOST_HALVES))
        truth = tested.truth[right]
        parts = [near[truth == label] for label in range(len(tested.labels))]
        own = np.array(
            [times * np.quantile(mine, MOST_HALVES) if len(mine) >= FEWEST else of_all for mine in parts]
        )
    share = OWN if tested.whole else OWN_OF_ONE
    return Thresholds(score, of_all, tuple(float(share * d + (1 - share) * of_all) for d in own))


def widened(distances: Sequence[float] | Array) -> float:
    """A limit from windows near those fitted on, as halves of one repetition are: wider than they show."""
    return NEARBY_WIDER * float(np.quantile(distances, NEARBY))


def beyond(repetitions: int, accept: float) -> float:
    """Times the median distance of what was fitted on to `accept` of the right decisions later."""
    odds = np.log(np.array(LEVELS) / (1 - np.array(LEVELS)))
    row = STRAYS[min(repetitions, max(STRAYS))]
    return float(np.interp(np.log(accept / (1 - accept)), odds, row))


def confusion_of(tested: HeldOut) -> NDArray[np.intp]:
    """Held-out windows of each gesture by what they were taken for, (true, decided)."""
    count = len(tested.labels)
    flat = tested.truth * count + tested.distances.argmin(axis=1)
    return np.bincount(flat, minlength=count * count).reshape(count, count)


def apart_of(tested: HeldOut) -> Array:
    """How far every two gestures are apart, (label, label): the sensitivity index d' of their log-odds.

    1 is a guess that is right in 69 of 100 windows, 2 in 84, 3 in 93, 4 in 98 (Macmillan and Creelman,
    Detection Theory, 2005). NaN where a gesture has too few windows.
    """
    count = len(tested.labels)
    apart = np.full((count, count), np.nan)
    for a in range(count):
        for b in range(a):
            odds = tested.distances[:, b] - tested.distances[:, a]
            mine, theirs = odds[tested.truth == a], odds[tested.truth == b]
            if min(len(mine), len(theirs)) > 1:
                spread = max(float(np.sqrt((mine.var() + theirs.var()) / 2)), 1e-9)
                apart[a, b] = apart[b, a] = min(99.0, float(mine.mean() - theirs.mean()) / spread)
    return apart


def _temperature(tested: HeldOut) -> float:
    """The one under which the held-out posteriors are as likely as can be (Guo et al., ICML 2017)."""
    rows = np.arange(len(tested.truth))
    grid = np.geomspace(*(TEMPERATURES if tested.whole else TEMPERATURES_OF_ONE), 24)
    log_density = -0.5 * tested.features * tested.distances
    losses = [-np.log(np.maximum(softmax(t * log_density)[rows, tested.truth], 1e-12)).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def softmax(x: Array) -> Array:
    """Along the last axis."""
    p = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(p / p.sum(axis=-1, keepdims=True))
