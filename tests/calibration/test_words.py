"""Words are learned from a repetition or two, and what went wrong is said."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from myoedge.boards.stand_in import MYO, fit_wearer
from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.calibration.words import carried, cut_spans, fit_limits, learn_words, teach, told_apart
from myoedge.edge.bundle import load_bundle
from myoedge.edge.errors import FormatError, MismatchError, UsageError
from myoedge.edge.segment import Limits
from myoedge.edge.word_population import Population

RATES = {"emg": 200.0, "imu": 50.0}


def shown(moves: Any, *names: tuple[str, str], repetitions: int = 2) -> list[Stretch]:
    """(label, what is done) as repetitions."""
    return [
        stretch_of(label, number, moves(done, 10 * number), RATES)
        for number in range(repetitions)
        for label, done in names
    ]


def test_a_lesson_tells_what_is_known_and_what_was_missed(
    embedder: StreamEmbedder, population: Population, moves: Any
) -> None:
    stretches = shown(moves, ("wave", "wave"), ("knock", "knock"))
    stretches.append(stretch_of("knock", 2, moves("still"), RATES))
    lesson = learn_words(embedder, stretches, population)
    assert lesson.taught.words == ("knock", "wave")
    assert lesson.to_json()["missed"] == {"knock": 1}
    assert (lesson.tested, lesson.right, lesson.confused) == (4, 4, ())


def test_a_word_taught_again_replaces_itself_and_leaves_the_others(
    embedder: StreamEmbedder, population: Population, moves: Any
) -> None:
    first = learn_words(embedder, shown(moves, ("a", "wave"), ("b", "knock")), population).taught
    more = shown(moves, ("b", "turn page"), ("c", "knock"), repetitions=1)
    both = learn_words(embedder, more, population, first).taught
    assert sorted(both.labels) == ["a", "a", "b", "c"]


def test_words_with_and_without_imu_do_not_mix(
    embedder: StreamEmbedder, population: Population, moves: Any
) -> None:
    stretches = shown(moves, ("a", "wave"), ("b", "knock"))
    first = learn_words(embedder, stretches, population).taught
    plain = StreamEmbedder(embedder.bundle, None, {"emg": moves.specs["emg"]})
    with pytest.raises(MismatchError, match="teach all words anew"):
        learn_words(plain, shown(moves, ("c", "wave"), ("d", "knock")), population, first)


def test_two_words_that_are_the_same_movement_are_named(
    embedder: StreamEmbedder, population: Population, moves: Any
) -> None:
    stretches = shown(moves, ("a", "wave"), ("b", "knock"))
    swapped = [
        stretch_of(label, 2, moves(done, 33), RATES) for label, done in (("a", "knock"), ("b", "wave"))
    ]
    tested, right, confused = told_apart(teach(embedder, [*stretches, *swapped], population), population)
    assert tested == 6
    assert right <= 4
    assert {("a", "b"), ("b", "a")} <= set(confused)


def test_fingers_that_do_not_move_the_arm_are_cut_by_the_muscles(
    embedder: StreamEmbedder, population: Population, moves: Any
) -> None:
    taught = teach(embedder, shown(moves, ("grip", "grip"), ("wave", "wave")), population)
    assert taught.limits.opens_rate == np.inf
    assert taught.with_imu
    assert set(taught.words) == {"grip", "wave"}


def test_one_word_or_none_that_moves_is_refused(
    embedder: StreamEmbedder, population: Population, moves: Any
) -> None:
    with pytest.raises(UsageError, match="two or more"):
        teach(embedder, shown(moves, ("wave", "wave")), population)
    nothing = stretch_of("b", 0, {name: x * 0 for name, x in moves("still").items()}, RATES)
    with pytest.raises(FormatError, match="no movement was seen for b"):
        teach(embedder, [*shown(moves, ("a", "wave")), nothing], population)
    short = {"emg": moves("wave")["emg"][:10], "imu": moves("wave")["imu"][:2]}
    with pytest.raises(FormatError, match="too short"):
        fit_limits(embedder, [stretch_of("a", 0, short, RATES)])


def test_a_span_takes_the_longest_of_its_movements(embedder: StreamEmbedder, moves: Any) -> None:
    twice = {name: np.concatenate([moves("wave")[name], moves("still")[name]]) for name in RATES}
    (pair,) = cut_spans(embedder, stretch_of("wave", 0, twice, RATES), Limits())
    assert pair[0].label == "wave"
    span = replace(pair[0], start_ns=3 * 10**9)
    stretch = stretch_of("wave", 0, twice, RATES)
    assert not list(cut_spans(embedder, Stretch(stretch.chunks, [span]), Limits()))


def test_a_new_calibration_takes_the_words_along_where_they_mean_the_same(
    embedder: StreamEmbedder, population: Population, moves: Any
) -> None:
    default, classic = load_bundle("default"), load_bundle("classic")
    fresh = fit_wearer(default, None, "anna", MYO)
    assert carried(fresh, fresh, default) == (fresh, "")
    old = replace(fresh, words=teach(embedder, shown(moves, ("wave", "wave"), ("b", "knock")), population))
    kept, said = carried(old, fresh, default)
    assert kept.words is not None and old.words is not None
    assert kept.words.movements is old.words.movements
    assert said == "the words b, wave are still known"
    turned = replace(fresh, order=(*fresh.order[1:], fresh.order[0]))
    fist = replace(old, words=teach(embedder, shown(moves, ("fist", "wave"), ("b", "knock")), population))
    for before, after, bundle, why in (
        (old, turned, default, "the band sits otherwise"),
        (old, fresh, classic, "cannot tell words"),
        (fist, fresh, default, "fist is a held gesture now"),
    ):
        assert carried(before, after, bundle)[0].words is None
        assert why in carried(before, after, bundle)[1]
