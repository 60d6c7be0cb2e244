"""A wearer's own repetitions say how much like a word a movement must be."""

from typing import Any

import pytest

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.calibration.word_threshold import SHARE, held_out, left_out, some_of, with_least
from myoedge.calibration.words import learn_words, teach
from myoedge.edge.word_population import Population
from myoedge.edge.words import Taught

RATES = {"emg": 200.0, "imu": 50.0}


def shown(moves: Any, repetitions: int = 2, words: int = 3) -> list[Stretch]:
    return [
        stretch_of(word, number, moves(word, 10 * number), RATES)
        for number in range(repetitions)
        for word in moves.words[:words]
    ]


@pytest.fixture(scope="module")
def taught(embedder: StreamEmbedder, population: Population, moves: Any) -> Taught:
    return teach(embedder, shown(moves), population)


def test_the_threshold_lies_between_strangers_and_own_repetitions(
    population: Population, taught: Taught
) -> None:
    own = [matcher.judge_all(one)["both"].score for _, one, matcher in held_out(taught, population)]
    strange = [matcher.judge_all(one)["both"].score for _, one, matcher in left_out(taught, population)]
    assert len(own) == len(strange) == 6
    least = with_least(taught, population).least
    low, high = sum(strange) / 6, sum(own) / 6
    assert low < least["both"] < high
    assert least["both"] == pytest.approx(low + SHARE * (high - low))
    assert set(least) == {"both", "emg", "imu"}


def test_a_judge_never_knows_what_it_is_asked(population: Population, taught: Taught) -> None:
    for label, movement, matcher in left_out(taught, population):
        assert label not in matcher.words
        assert any(movement is one for one in taught.movements)
    assert all(label in matcher.words for label, _, matcher in held_out(taught, population))


def test_too_little_to_compare_leaves_the_bundles_threshold(
    embedder: StreamEmbedder, population: Population, taught: Taught, moves: Any
) -> None:
    two = [i for i, label in enumerate(taught.labels) if label != moves.words[0]]
    assert not with_least(some_of(taught, two), population).least
    assert not with_least(teach(embedder, shown(moves, repetitions=1), population), population).least


def test_a_lesson_keeps_the_wearers_own_threshold(
    embedder: StreamEmbedder, population: Population, moves: Any
) -> None:
    assert set(learn_words(embedder, shown(moves), population).taught.least) == {"both", "emg", "imu"}
