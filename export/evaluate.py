"""Accuracy of a bundle on recordings: calibrated as the device calibrates, decided as the device decides."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.heldout import softmax
from myoedge.calibration.learn import Learned
from myoedge.calibration.stranger import guess
from myoedge.calibration.stranger_people import People, load_people
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.edge.engines import Engine
from myoedge.edge.errors import FormatError, UsageError
from myoedge.edge.profile import Profile
from myoedge.export.data.repetition import LoadedDataset
from myoedge.export.data.split import SYNC_GESTURES, PersonSplit, Split, split
from myoedge.export.donning import RENEWALS, Donned
from myoedge.export.score import Score, mean_of, rejection_of
from myoedge.export.subject import Subject
from myoedge.export.words_evaluate import BY_MOVEMENT, judge_movements, judges_movements

BASELINE = "classic"
Progress = Callable[[str], None]


def evaluate(
    bundle: Bundle,
    engine: Engine | None,
    dataset: LoadedDataset,
    protocol: str,
    *,
    people: Collection[str] | None = None,
    modalities: Collection[str] | None = None,
    unlabelled_s: float = 0.0,
    sync_gestures: Sequence[str] = SYNC_GESTURES,
    baseline: bool = False,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """One result as docs/accuracy.md has it; accuracy over windows, before smoothing and without rejection.

    Raises UsageError for a protocol that cannot be had with this bundle or set, MismatchError when the set's
    streams do not fit the bundle.
    """
    subject = subject_of(bundle, engine, dataset, people, modalities)
    dataset = subject.dataset
    division = split(dataset, protocol, unlabelled_s=unlabelled_s, sync_gestures=sync_gestures)
    notes = list(dataset.notes)
    donned: Donned | None = None
    test: Callable[[PersonSplit, Score], None]
    if protocol.startswith("zero-shot"):
        division = _known_labels(subject, division)
        test = partial(_zero_shot, subject, notes)
        if unlabelled_s:
            use = "give a starter profile, as calibrate --unlabelled does"
            if load_people(bundle) is None:
                use = (
                    "set the gain"
                    if "typical_rms" in bundle.facts
                    else "are not tested; this bundle has no use for them"
                )
            notes.append(f"the first {unlabelled_s:g} s of each person, without labels, {use}")
    elif protocol.partition(":")[0] in RENEWALS:
        test = donned = Donned(subject, protocol)
    else:
        test = partial(_calibrated, subject)
        notes += [BY_MOVEMENT] if judges_movements(subject) else []
    skipped = list(division.skipped)
    scores = _tested(division.people, test, skipped, progress)
    result = _result(subject, protocol, skipped, scores, notes)
    if donned:
        result["donning"] = donned.to_json()
    if baseline:
        plain = load_bundle(BASELINE)
        result["baseline"] = evaluate(
            plain, None, dataset, protocol, sync_gestures=sync_gestures, progress=progress
        )
    return result


def subject_of(
    bundle: Bundle,
    engine: Engine | None,
    dataset: LoadedDataset,
    people: Collection[str] | None = None,
    modalities: Collection[str] | None = None,
) -> Subject:
    """What is evaluated; None: all people, all modalities. Raises UsageError for those that are not there."""
    if people is not None:
        dataset = _only(dataset, people)
    return Subject(bundle, engine, dataset, _modalities(bundle, dataset, modalities))


def _tested(
    people: Iterable[PersonSplit],
    test: Callable[[PersonSplit, Score], None],
    skipped: list[str],
    progress: Progress,
) -> dict[tuple[str, str], Score]:
    scores: dict[tuple[str, str], Score] = {}
    for one in people:
        score = scores.setdefault((one.part, one.person), Score())
        try:
            test(one, score)
        except FormatError as error:  # one person's recordings are too short or broken; the others go on
            skipped.append(f"{one.person}: {error}")
        if score.windows:
            progress(f"{one.person} {one.session} accuracy so far {100 * score.to_json()['accuracy']:.1f} %")
    return {key: score for key, score in scores.items() if score.windows}


def _calibrated(subject: Subject, one: PersonSplit, score: Score) -> None:
    learned = subject.learned(one.person, one.calibration)
    subject.test(learned, one.test, score)
    judge_movements(subject, learned, one, score)


def _zero_shot(subject: Subject, notes: list[str], one: PersonSplit, score: Score) -> None:
    """A starter profile from the unlabelled seconds; else the network's own scores, at their strength."""
    embedder = subject.embedder()
    people = load_people(subject.bundle) if one.unlabelled else None
    starter = _starter(subject, people, one, notes) if people else None
    if starter:
        worn = embedder.worn(starter.order, starter.turn, starter.gain, starter.dead)
        subject.test(Learned(starter, worn), one.test, score)
        return
    typical = subject.bundle.facts.get("typical_rms")
    if one.unlabelled and typical:
        stretches = [subject.stretch(r, 0) for r in one.unlabelled]
        embedder = embedder.with_gain(fit_gain_to(embedder, stretches, float(typical)))
    for repetition in one.test:
        windows = embedder(subject.stretch(repetition, 0).chunks)
        if windows.scores is not None:
            score.add(repetition.label, subject.bundle.labels, softmax(windows.scores.astype(np.float64)))


def _starter(subject: Subject, people: People, one: PersonSplit, notes: list[str]) -> Profile | None:
    """What `calibrate --unlabelled` would give this person; None, and a note, where it gives nothing."""
    found = guess(
        subject.bundle,
        people,
        subject.stretches(one.unlabelled),
        subject.dataset.spec.streams,
        wearer=one.person,
        armband=subject.dataset.spec.key,
    )
    if found.profile is None:
        notes.append(f"{one.person}: no starter profile ({found.reason}); tested by the network's own scores")
    return found.profile


def fit_gain_to(embedder: StreamEmbedder, stretches: Sequence[Stretch], typical_rms: float) -> float:
    """What brings the median rms of all windows, whatever was done in them, to the training people's."""
    clock = embedder.bundle.clock
    rms = [
        float(np.sqrt((window.samples[clock] ** 2).mean()))
        for stretch in stretches
        for window in embedder.windows(stretch.chunks)
    ]
    median = float(np.median(rms)) if rms else 0.0
    return typical_rms / median if median > 0 else 1.0


def _known_labels(subject: Subject, division: Split) -> Split:
    """Only repetitions whose label the bundle has; raises UsageError when that leaves nothing."""
    bundle = subject.bundle
    if not bundle.labels or subject.engine is None:
        raise UsageError(
            f"bundle {bundle.name} knows no gesture without calibration; use sessions, cycles or within"
        )
    people, skipped = [], list(division.skipped)
    strange: Counter[str] = Counter()
    for one in division.people:
        strange.update({r.label for r in one.test} - set(bundle.labels))
        test = tuple(r for r in one.test if r.label in bundle.labels)
        if test:
            people.append(replace(one, test=test))
    skipped += [f"{label} is no label of bundle {bundle.name}: left out" for label in sorted(strange)]
    if not people:
        raise UsageError(
            f"bundle {bundle.name} has none of the set's labels; it has {', '.join(bundle.labels)}"
        )
    return Split(tuple(people), tuple(skipped))


def _modalities(bundle: Bundle, dataset: LoadedDataset, asked: Collection[str] | None) -> tuple[str, ...]:
    both = [name for name in bundle.modalities if name in dataset.spec.streams]
    if asked is None:
        return tuple(both)
    if missing := sorted(set(asked) - set(both)):
        raise UsageError(
            f"no {', '.join(missing)} here; bundle and data set share {', '.join(both) or 'nothing'}"
        )
    return tuple(name for name in both if name in asked)


def _only(dataset: LoadedDataset, people: Collection[str]) -> LoadedDataset:
    if unknown := sorted(set(people) - set(dataset.people)):
        raise UsageError(f"no {', '.join(unknown)} in the set; people found: {', '.join(dataset.people)}")
    return replace(dataset, repetitions=tuple(r for r in dataset.repetitions if r.person in people))


def _result(
    subject: Subject,
    protocol: str,
    skipped: Sequence[str],
    scores: Mapping[tuple[str, str], Score],
    notes: Sequence[str],
) -> dict[str, Any]:
    if not scores:
        raise UsageError(
            f"no window of {subject.dataset.spec.key} could be tested: repetitions shorter than a window"
        )
    people = {person: score.to_json() for (_, person), score in scores.items()}
    row: dict[str, Any] = {
        "dataset": subject.dataset.spec.key,
        "protocol": protocol,
        **subject.facts(),
        "people": people,
        "mean": mean_of(people.values()),
        "worst": min(person["accuracy"] for person in people.values()),
        "rejection": rejection_of(scores.values()),
        "skipped": [*subject.dataset.skipped, *skipped],
        "notes": list(notes),
    }
    if parts := sorted({part for part, _ in scores if part}):
        row["parts"] = {part: _part(part, scores) for part in parts}
        row["notes"].append("the set's parts are different experiments: read `parts`, not the mean over both")
    return row


def _part(part: str, scores: Mapping[tuple[str, str], Score]) -> dict[str, Any]:
    people = {person: score.to_json() for (of, person), score in scores.items() if of == part}
    return {
        "people": list(people),
        "mean": mean_of(people.values()),
        "worst": min(row["accuracy"] for row in people.values()),
        "rejection": rejection_of(score for (of, _), score in scores.items() if of == part),
    }
