"""From the wearer's own repetitions: how much like a word a movement must be before it counts as one."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from myoedge.edge.word_population import Movement, Population
from myoedge.edge.words import Matcher, Taught

# How far the threshold lies on the way from what a movement scores where its word was not taught to what a
# repetition scores held out; chosen on folds of people, docs/words.md has the trial.
SHARE = 0.65
FEWEST_WORDS = 3  # of fewer there is nothing to compare with: the bundle's threshold stays
FEWEST_SCORES = 4  # of repetitions held out and told right (our choice)


def held_out(taught: Taught, population: Population) -> Iterator[tuple[str, Movement, Matcher]]:
    """Each repetition of a word taught more than once: its word, it, and a judge taught all the others."""
    counts = Counter(taught.labels)
    for i, label in enumerate(taught.labels):
        if counts[label] > 1:
            others = [k for k in range(len(taught.labels)) if k != i]
            yield label, taught.movements[i], Matcher(population, some_of(taught, others))


def left_out(taught: Taught, population: Population) -> Iterator[tuple[str, Movement, Matcher]]:
    """Each repetition, and a judge that was taught the other words."""
    for word in taught.words:
        others = [k for k, label in enumerate(taught.labels) if label != word]
        matcher = Matcher(population, some_of(taught, others))
        for label, movement in zip(taught.labels, taught.movements, strict=True):
            if label == word:
                yield label, movement, matcher


def with_least(taught: Taught, population: Population) -> Taught:
    """The same with the wearer's own thresholds, by what is there to judge; none after too little."""
    if len(taught.words) < FEWEST_WORDS:
        return replace(taught, least={})
    own: dict[str, list[float]] = defaultdict(list)
    strange: dict[str, list[float]] = defaultdict(list)
    for label, movement, matcher in held_out(taught, population):
        for use, judged in matcher.judge_all(movement).items():
            if judged.label == label:
                own[use].append(judged.score)
    for _, movement, matcher in left_out(taught, population):
        for use, judged in matcher.judge_all(movement).items():
            strange[use].append(judged.score)
    return replace(
        taught, least={use: _between(own[use], strange[use]) for use in own if len(own[use]) >= FEWEST_SCORES}
    )


def _between(own: list[float], strange: list[float]) -> float:
    low = float(np.mean(strange))
    return low + SHARE * (float(np.mean(own)) - low)


def some_of(taught: Taught, kept: list[int]) -> Taught:
    """Those repetitions alone, with the bundle's thresholds."""
    labels = tuple(taught.labels[k] for k in kept)
    return Taught(labels, tuple(taught.movements[k] for k in kept), taught.limits)
