"""Taught words are told apart, strangers are refused, and a profile keeps what was taught."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.calibration.words import cuts_of, teach
from myoedge.edge.errors import FormatError
from myoedge.edge.segment import Cut
from myoedge.edge.word_population import Population
from myoedge.edge.words import ABOVE, Matcher, Taught, taught_from_json

RATES = {"emg": 200.0, "imu": 50.0}


def stretches(moves: Any, words: tuple[str, ...], imu: bool = True) -> list[Stretch]:
    made = []
    for number in range(2):
        for word in words:
            signals = moves(word, seed=10 * number)
            if not imu:
                del signals["imu"]
            made.append(stretch_of(word, number, signals, RATES))
    return made


@pytest.fixture(scope="module")
def taught(embedder: StreamEmbedder, population: Population, moves: Any) -> Taught:
    return teach(embedder, stretches(moves, moves.words), population)


def cut_of(embedder: StreamEmbedder, taught: Taught, moves: Any, word: str, seed: int = 50) -> Cut:
    (cut,) = cuts_of(embedder, moves.chunks([word], seed), taught.limits)
    return cut


def test_every_taught_word_is_told(
    embedder: StreamEmbedder, population: Population, taught: Taught, moves: Any
) -> None:
    matcher = Matcher(population, taught)
    for word in moves.words:
        judged = matcher(cut_of(embedder, taught, moves, word), 200.0, 50.0)
        assert judged is not None
        assert (judged.label, judged.accepted) == (word, True)
        assert judged.posterior > 0.5


def test_a_movement_that_was_not_taught_is_refused(
    embedder: StreamEmbedder, population: Population, moves: Any
) -> None:
    some = teach(embedder, stretches(moves, moves.words[:2]), population)
    judged = Matcher(population, some)(cut_of(embedder, some, moves, moves.words[2]), 200.0, 50.0)
    assert judged is not None
    assert not judged.accepted


def test_a_bad_channel_leaves_the_imu_to_judge(
    embedder: StreamEmbedder, population: Population, taught: Taught, moves: Any
) -> None:
    cut = cut_of(embedder, taught, moves, "wave")
    masked = np.arange(8) == 2
    noisy = replace(cut, masked=masked, emg=cut.emg + 100 * masked)
    judged = Matcher(population, taught)(noisy, 200.0, 50.0)
    assert judged is not None
    assert judged.label == "wave"


def test_where_the_arm_keeps_still_the_muscles_judge(
    embedder: StreamEmbedder, population: Population, moves: Any
) -> None:
    some = teach(embedder, stretches(moves, ("grip", *moves.words[:2])), population)
    assert some.with_imu and not np.isfinite(some.limits.opens_rate)
    matcher = Matcher(population, some)
    grip, wave = (cut_of(embedder, some, moves, word) for word in ("grip", "wave"))
    for cut, turns in ((grip, False), (wave, True)):
        movement = population.measure(cut, 200.0, 50.0)
        judged, by_emg = matcher(cut, 200.0, 50.0), matcher.judge(replace(movement, imu=None))
        assert judged is not None and by_emg is not None
        assert (judged.score == by_emg.score) is not turns


def test_without_an_imu_a_bad_channel_leaves_nothing_to_judge(
    embedder: StreamEmbedder, population: Population, moves: Any
) -> None:
    plain = StreamEmbedder(embedder.bundle, None, {"emg": moves.specs["emg"]})
    taught = teach(plain, stretches(moves, moves.words, imu=False), population)
    assert not taught.with_imu
    (cut,) = cuts_of(plain, moves.chunks(["still", "knock"], imu=False), taught.limits)
    matcher = Matcher(population, taught)
    judged = matcher(cut, 200.0, 50.0)
    assert judged is not None
    assert judged.label == "knock"
    assert matcher(replace(cut, masked=np.arange(8) == 0), 200.0, 50.0) is None


def test_the_direction_that_the_wearer_faces_changes_nothing(
    embedder: StreamEmbedder, population: Population, taught: Taught, moves: Any
) -> None:
    chunks = moves.chunks(["knock"], 50)
    turned = [replace(c, samples=c.samples.copy()) for c in chunks]
    for chunk in turned:
        if chunk.modality == "imu":
            chunk.samples[:, :4] = (8192, 8192, -8192, 8192)
    matcher = Matcher(population, taught)
    found = [matcher(next(iter(cuts_of(embedder, c, taught.limits))), 200.0, 50.0) for c in (chunks, turned)]
    assert found[0] == found[1]


def test_the_wearers_own_threshold_is_never_laxer_than_the_bundles(
    embedder: StreamEmbedder, population: Population, taught: Taught, moves: Any
) -> None:
    usual = population.least["both"]
    cut = cut_of(embedder, taught, moves, "wave")
    for own, used in ((usual + 0.5, usual + 0.5), (-100.0, usual), (100.0, usual + ABOVE)):
        judged = Matcher(population, replace(taught, least={"both": own}))(cut, 200.0, 50.0)
        assert judged is not None
        assert judged.least == pytest.approx(used)
        assert judged.accepted == (judged.score >= used)
    plain = Matcher(population, taught).judge(population.measure(cut, 200.0, 50.0))
    assert plain is not None and plain.least == usual


def test_a_movement_is_judged_by_all_that_is_there_and_by_each_alone(
    embedder: StreamEmbedder, population: Population, taught: Taught, moves: Any
) -> None:
    movement = population.measure(cut_of(embedder, taught, moves, "knock"), 200.0, 50.0)
    matcher = Matcher(population, taught)
    found = matcher.judge_all(movement)
    assert found["both"] == matcher.judge(movement)
    assert found["imu"] == matcher.judge(movement, emg=False)
    still = replace(movement, imu=None)
    by_emg = matcher.judge(still)
    assert by_emg is not None
    assert found["emg"].score == pytest.approx(by_emg.score)
    assert list(matcher.judge_all(still)) == ["emg"]


def test_words_come_back_from_a_profile(
    embedder: StreamEmbedder, population: Population, taught: Taught, moves: Any
) -> None:
    kept = replace(taught, least={"both": 1.25})
    again = taught_from_json(json.loads(json.dumps(kept.to_json())))
    assert again is not None
    assert (again.labels, again.limits, again.least) == (kept.labels, kept.limits, kept.least)
    older = {key: value for key, value in kept.to_json().items() if key != "least"}
    assert (unset := taught_from_json(older)) is not None and not unset.least
    cut = cut_of(embedder, taught, moves, "turn page")
    first, second = (Matcher(population, one)(cut, 200.0, 50.0) for one in (taught, again))
    assert first is not None
    assert second is not None
    assert first.label == second.label
    assert first.score == pytest.approx(second.score, abs=1e-3)


def test_words_without_sense_are_refused(population: Population, taught: Taught) -> None:
    row = taught.to_json()
    with pytest.raises(FormatError, match="teach them again"):
        taught_from_json({**row, "labels": ["a"]})
    with pytest.raises(FormatError, match="lacks values"):
        taught_from_json({**row, "movements": [{} for _ in taught.labels]})
    for least in ({"nose": 1.0}, {"emg": float("nan")}):
        with pytest.raises(FormatError, match="thresholds"):
            taught_from_json({**row, "least": least})
    few = tuple(replace(m, emg=m.emg[:10]) for m in taught.movements)
    with pytest.raises(FormatError, match="teach them again"):
        Matcher(population, replace(taught, movements=few))
