"""What taught words make of movements that nobody taught: each word left out of the teaching in turn."""

from collections.abc import Sequence

import numpy as np

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.word_threshold import some_of, with_least
from myoedge.calibration.words import cut_spans, cuts_of, rates_of, teach
from myoedge.edge.errors import UsageError
from myoedge.edge.modality import NS
from myoedge.edge.segment import Limits
from myoedge.edge.word_population import Movement, Population, load_population
from myoedge.edge.words import Judged, Matcher, measured
from myoedge.export.data.repetition import Repetition
from myoedge.export.data.split import PersonSplit
from myoedge.export.let_through import Array, LetThrough
from myoedge.export.subject import Subject

REST = "rest"


def leave_words_out(subject: Subject, one: PersonSplit, tally: LetThrough) -> None:
    """Teach the calibration's gestures as words but one, judge all movements of the test, for each in turn.

    A movement that the cut does not find sets nothing off: a strange one counts as refused. Raises UsageError
    for a bundle that knows no words, FormatError when a gesture shows no movement.
    """
    population = load_population(subject.bundle)
    if population is None:
        raise UsageError(f"bundle {subject.bundle.name} knows no words; leave gestures out by window")
    profile = subject.learned(one.person, one.calibration).profile
    embedder = subject.embedder().worn(profile.order, 0.0, profile.gain, profile.dead)
    taught = teach(embedder, subject.stretches(_moving(one.calibration)), population)
    found = _movements(subject, embedder, taught.limits, population, _moving(one.test))
    for word in taught.words if len(taught.words) > 2 else ():
        kept = [i for i, label in enumerate(taught.labels) if label != word]
        matcher = Matcher(population, with_least(some_of(taught, kept), population))
        for label, movement, seconds in found:
            judged = None if movement is None else matcher.judge(movement)
            if label == word:
                tally.strange.append(_strangeness(judged))
                tally.moved_s += seconds
            elif judged is not None:
                (tally.right if judged.label == label else tally.wrong).append(_strangeness(judged))
    matcher = Matcher(population, with_least(taught, population))
    for repetition in (r for r in one.test if r.label == REST):
        for cut in cuts_of(embedder, subject.stretch(repetition, 0).chunks, taught.limits):
            judged = matcher(cut, *rates_of(embedder))
            tally.starts += judged is not None and judged.accepted
        tally.rest_s += repetition.seconds


def _moving(repetitions: Sequence[Repetition]) -> list[Repetition]:
    return [r for r in repetitions if r.label != REST]


def _movements(
    subject: Subject,
    embedder: StreamEmbedder,
    limits: Limits,
    population: Population,
    repetitions: Sequence[Repetition],
) -> list[tuple[str, Movement | None, float]]:
    """Label, movement and its seconds of each repetition; None where no movement is found in it."""
    rates_hz = rates_of(embedder)
    found: list[tuple[str, Movement | None, float]] = []
    for repetition in repetitions:
        cuts = [cut for _, cut in cut_spans(embedder, subject.stretch(repetition, 0), limits)]
        whole = [cut for cut in cuts if not cut.masked.any()]
        movement = measured(population, whole[0], *rates_hz) if whole else None
        seconds = (whole[0].end_ns - whole[0].start_ns) / NS if whole else 0.0
        found.append((repetition.label, movement, seconds))
    return found


def _strangeness(judged: Judged | None) -> Array:
    """Of one movement, (1,): 1 at the smallest log likelihood ratio that is let through, less for larger."""
    return np.array([np.inf if judged is None else 1.0 + judged.least - judged.score])
