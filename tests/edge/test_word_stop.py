"""Taught words and held grips come in one stream of events, and neither disturbs the other."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.learn import learn
from myoedge.calibration.stretch import stretch_of
from myoedge.calibration.words import teach
from myoedge.edge.budget import Budget
from myoedge.edge.bundle import load_bundle
from myoedge.edge.errors import MismatchError
from myoedge.edge.event import Event
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import Profile, profile_from_json
from myoedge.edge.runtime import Runtime
from myoedge.edge.word_population import load_population
from myoedge.edge.word_stop import WordStop
from tests.edge.test_runtime import Script

RATES = {"emg": 200.0, "imu": 50.0}
Feed = Callable[..., list[Event]]


@pytest.fixture(scope="module")
def profile(moves: Any) -> Profile:
    """Knows rest and a grip by window, three words by movement."""
    bundle = load_bundle("default")
    population = load_population(bundle)
    if population is None:
        pytest.skip("the shipped bundle was built without words")
    held = [
        stretch_of(label, number, moves(move, 7 * number), RATES)
        for label, move in (("rest", "still"), ("grip", "grip"))
        for number in range(2)
    ]
    plain = learn(bundle, None, held, moves.specs, wearer="anna", armband="myo", onsets=False)
    spoken = [
        stretch_of(word, number, moves(word, 10 * number), RATES) for word in moves.words for number in (0, 1)
    ]
    embedder = StreamEmbedder(bundle, None, moves.specs).with_gain(plain.profile.gain)
    return replace(plain.profile, words=teach(embedder, spoken, population))


@pytest.fixture(scope="module")
def feed(profile: Profile, moves: Any) -> Feed:
    def events(words: list[str], with_words: bool = True, rows: int = 8) -> list[Event]:
        known = profile if with_words else replace(profile, words=None)
        pipeline = Pipeline(load_bundle("default"), None, known, moves.specs)
        return [event for chunk in moves.chunks(words, 80, rows) for event in pipeline.feed(chunk)]

    return events


def words_of(moves: Any, events: list[Event]) -> list[Event]:
    return [event for event in events if event.label in moves.words]


def test_a_word_is_a_gesture_that_starts_and_ends_at_once(feed: Feed, moves: Any) -> None:
    found = words_of(moves, feed(["wave", "still", "knock"]))
    assert [(e.kind, e.label, e.phase) for e in found] == [
        ("gesture", word, phase) for word in ("wave", "knock") for phase in ("start", "end")
    ]
    start, end = found[:2]
    assert start.t_ns == end.t_ns == start.detail["ended_ns"] + 500_000_000
    assert start.onset_ns is not None
    assert 10.3e9 < start.onset_ns < 10.6e9
    assert start.score is not None
    assert start.score > 0.5
    assert (start.profile, start.detail["by"]) == ("anna", "movement")


def test_held_grips_are_told_as_without_words(feed: Feed, moves: Any) -> None:
    stream = ["still", "grip", "wave", "grip", "still"]
    with_words = [e for e in feed(stream) if e.label not in moves.words]
    assert [e.label for e in with_words if e.phase == "start"].count("grip") >= 2
    assert with_words == feed(stream, with_words=False)


def test_a_grip_without_movement_is_no_word(feed: Feed, moves: Any) -> None:
    assert not words_of(moves, feed(["grip", "still", "grip"]))


def test_words_do_not_depend_on_the_chunks(feed: Feed, moves: Any) -> None:
    one, other = (words_of(moves, feed(["turn page", "wave"], rows=rows)) for rows in (4, 40))
    assert [(e.label, e.phase, e.t_ns, e.onset_ns) for e in one] == [
        (e.label, e.phase, e.t_ns, e.onset_ns) for e in other
    ]


def test_a_word_waits_behind_the_decision_of_its_moment(profile: Profile, moves: Any) -> None:
    pipeline = Pipeline(load_bundle("default"), None, profile, moves.specs, every=True)
    chunks = moves.chunks(["wave", "still", "knock"], 80)
    found = [event for chunk in chunks for event in pipeline.feed(chunk)]
    period_ns = pipeline.bounds["emg"].period_ns
    starts = [i for i, e in enumerate(found) if e.label in moves.words and e.phase == "start"]
    assert len(starts) == 2
    for i in starts:
        before = [e.t_ns for e in found[:i] if e.detail.get("by") != "movement"]
        assert found[i - 1].t_ns == before[-1] >= found[i].t_ns - period_ns
        assert max(t for t in before if t < before[-1]) < found[i].t_ns - period_ns


def test_a_word_that_was_over_is_told_before_the_rest(profile: Profile, moves: Any) -> None:
    pipeline = Pipeline(load_bundle("default"), None, profile, moves.specs)
    chunks = moves.chunks(["wave", "still"], 80)
    for chunk in chunks:
        signal, events = pipeline.condition(chunk)
        list(pipeline.windows(signal))
        assert not words_of(moves, events)
    told = pipeline.rest(chunks[-1].arrival_ns)
    assert [(e.label, e.phase) for e in told] == [("wave", "start"), ("wave", "end"), ("rest", None)]
    assert not words_of(moves, pipeline.rest(chunks[-1].arrival_ns))


def test_a_word_is_held_to_no_deadline(profile: Profile, moves: Any) -> None:
    pipeline = Pipeline(load_bundle("default"), None, profile, moves.specs, every=True)
    found: list[Event] = []
    stream = Script(moves.chunks(["wave", "still"], 80), moves.specs)  # of long ago: all of it comes late
    asyncio.run(Runtime(stream, pipeline, [found.append], Budget(500, 0, 0, 0)).run())
    assert [e.deadline_missed for e in words_of(moves, found)] == [False, False]
    assert all(e.deadline_missed for e in found if e.phase == "hold")


def test_silence_forgets_a_movement_that_had_begun(profile: Profile, moves: Any) -> None:
    pipeline = Pipeline(load_bundle("default"), None, profile, moves.specs)
    chunks = moves.chunks(["wave"], 80)
    half = [event for chunk in chunks[: len(chunks) // 2] for event in pipeline.feed(chunk)]
    assert not words_of(moves, half)
    pipeline.rest(chunks[len(chunks) // 2].arrival_ns)
    later = [replace(c, t_ns=c.t_ns + 10**10, arrival_ns=c.arrival_ns + 10**10) for c in chunks]
    rest = [event for chunk in later[-20:] for event in pipeline.feed(chunk)]
    assert not words_of(moves, rest)


def test_a_profile_keeps_its_words(profile: Profile) -> None:
    again = profile_from_json(profile.to_json())
    assert again.words is not None
    assert again.words.words == ("knock", "turn page", "wave")
    assert "words" not in replace(profile, words=None).to_json()


def test_words_need_the_modalities_they_were_taught_with(profile: Profile, moves: Any) -> None:
    bundle = load_bundle("default")
    pipeline = Pipeline(bundle, None, replace(profile, words=None), moves.specs)
    with pytest.raises(MismatchError, match="need imu"):
        WordStop(bundle, profile, {"emg": pipeline.bounds["emg"]})
    with pytest.raises(MismatchError, match="cannot tell them"):
        WordStop(load_bundle("classic"), profile, pipeline.bounds)
