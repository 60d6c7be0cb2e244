"""What is let through: each gesture left out of the calibration in turn, and what an arm at rest sets off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.example import Example
from myoedge.calibration.fit import Fitted, fit
from myoedge.calibration.heldout import ACCEPT
from myoedge.calibration.learn import learn, load_prior
from myoedge.edge.bundle import load_bundle
from myoedge.edge.errors import FormatError, UsageError
from myoedge.edge.pipeline import Pipeline
from myoedge.export.data.repetition import Repetition
from myoedge.export.data.split import PersonSplit, split
from myoedge.export.evaluate import BASELINE
from myoedge.export.let_through import SHARES, LetThrough, moving_of, rest_of, worst_of
from myoedge.export.score import mean_of
from myoedge.export.subject import Subject
from myoedge.export.words_rejection import leave_words_out

REST = "rest"
EVERY = 4  # of the tested windows one in so many: they overlap
WAYS = ("window", "movement")
PROTOCOLS = ("sessions", "cycles", "within")  # those whose profile stays as it was calibrated
Flags = NDArray[np.bool_]
Progress = Callable[[str], None]


def rejection(
    subject: Subject,
    protocol: str,
    accept: float = ACCEPT,
    by: str = "window",
    *,
    baseline: bool = False,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Leave each gesture out in turn, for each person: mean and worst; starts at rest over all of them.

    "at target" moves the strictness until `accept` of the right decisions on what is tested pass; the others
    are at the thresholds that calibration chose for `accept`. By "movement", gestures are taught as words,
    whole movements are judged, and their thresholds are the bundle's. Raises UsageError for another way or
    protocol, or a bundle that knows no words, and what `split` raises.
    """
    if by not in WAYS or protocol.partition(":")[0] not in PROTOCOLS:
        raise UsageError(
            f"leaving out by {by} with {protocol}; wanted by {' or '.join(WAYS)}, with {', '.join(PROTOCOLS)}"
        )
    people: dict[str, LetThrough] = {}
    division = split(subject.dataset, protocol)
    skipped = [*subject.dataset.skipped, *division.skipped]
    for one in division.people:
        name = f"{one.part} {one.person} {one.session}".strip()
        try:
            people[name] = _let_through(subject, one, accept, by)
        except FormatError as error:  # one person's recordings are too short or broken; the others go on
            skipped.append(f"{name}: {error}")
        else:
            passed = people[name].to_json(accept)["false_accepts_at_target"]
            progress(f"{name}: {passed} of what is strange passes with {accept:g} of what is right")
    row = _result(subject, people, accept) | {"protocol": protocol, "left_out": by, "skipped": skipped}
    if baseline:
        plain = Subject(load_bundle(BASELINE), None, subject.dataset, (subject.bundle.clock,))
        row["baseline"] = rejection(plain, protocol, accept, by, progress=progress)
    return row


def _let_through(subject: Subject, one: PersonSplit, accept: float, by: str) -> LetThrough:
    tally = LetThrough()
    if by == "movement":
        leave_words_out(subject, one, tally)
    else:
        _leave_out(subject, one, accept, tally)
        _at_rest(subject, one, accept, tally)
    return tally


def _result(subject: Subject, people: Mapping[str, LetThrough], accept: float) -> dict[str, Any]:
    rows = {name: tally.to_json(accept) for name, tally in people.items()}
    return {
        "dataset": subject.dataset.spec.key,
        "accept": accept,
        **subject.facts(),
        "people": rows,
        "mean": mean_of(rows.values(), SHARES),
        "worst": worst_of(rows.values()),
        "rest": rest_of(people.values()),
        "moving": moving_of(people.values()),
    }


def _leave_out(subject: Subject, one: PersonSplit, accept: float, tally: LetThrough) -> None:
    """Embeds every repetition once; fits once a gesture."""
    learned = subject.learned(one.person, one.calibration)  # its gain and dead channels
    embedder = learned.embedder

    def examples(repetitions: Sequence[Repetition], asides: bool = False) -> list[Example]:
        return [e for s in subject.stretches(repetitions) for e in embedder.examples(s, asides) if len(e)]

    calibration = examples(one.calibration, asides=True)
    test = [e.part(slice(0, None, EVERY)) for e in examples(one.test)]
    prior = load_prior(subject.bundle, embedder.blocks)
    labels = sorted({e.label for e in calibration} - {REST})
    for left_out in labels if len(labels) > 2 else ():
        fitted = fit([e for e in calibration if e.label != left_out], embedder.blocks, prior, accept)
        for example in test:
            strangeness, right, at_rest = _judge(fitted, example)
            if example.label == left_out:
                tally.strange.append(np.where(at_rest, np.inf, strangeness))
            else:
                tally.right.append(strangeness[right])
                tally.wrong.append(strangeness[~right])


def _judge(fitted: Fitted, example: Example) -> tuple[NDArray[np.float64], Flags, Flags]:
    """Strangeness of each window, whether its label is right, and whether that label is rest."""
    head, limits = fitted.head, fitted.thresholds
    used = np.asarray(example.used.all(axis=0))
    distances = head.distances(example.embeddings, used)
    best = distances.argmin(axis=1)
    rows = np.arange(len(best))
    posterior = head.posterior(distances, int(used.sum()))[rows, best]
    far = distances[rows, best] / np.array([limits.farthest(b) for b in best])
    unsure = (1 - posterior) / (1 - limits.score)
    names = np.array(head.labels)[best]
    return np.maximum(far, unsure), names == example.label, names == REST


def _at_rest(subject: Subject, one: PersonSplit, accept: float, tally: LetThrough) -> None:
    """What `run` would have announced while the arm was at rest, gestures all known."""
    streams, modalities = subject.dataset.spec.streams, subject.modalities
    stretches = subject.stretches(one.calibration)
    learned = learn(
        subject.bundle, subject.engine, stretches, streams,
        wearer=one.person, armband=subject.dataset.spec.key, only=modalities, accept=accept,
    )  # fmt: skip
    for repetition in one.test:
        if repetition.label != REST:
            continue
        pipeline = Pipeline(subject.bundle, subject.engine, learned.profile, streams, only=modalities)
        for chunk in subject.stretch(repetition, 0).chunks:
            for start in range(0, len(chunk.samples), 10):  # as an armband would send it
                piece = _piece(chunk, start, start + 10, subject)
                events = pipeline.feed(piece)
                tally.starts += sum(e.kind == "gesture" and e.phase == "start" for e in events)
        tally.rest_s += repetition.seconds


def _piece(chunk: Any, start: int, stop: int, subject: Subject) -> Any:
    period_ns = round(1e9 / subject.dataset.spec.streams[chunk.modality].rate_hz)
    samples = chunk.samples[start:stop]
    t_ns = chunk.t_ns + start * period_ns
    return replace(chunk, samples=samples, t_ns=t_ns, arrival_ns=t_ns + len(samples) * period_ns)
