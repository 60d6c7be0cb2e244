"""What is let through: each gesture left out of the calibration in turn, and what an arm at rest sets off.

python -m myoedge.export.rejection default --dataset myo-laval --root DIR --protocol within:2
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.example import Example
from myoedge.calibration.fit import Fitted, fit
from myoedge.calibration.heldout import ACCEPT
from myoedge.calibration.learn import learn, load_prior
from myoedge.edge.errors import FormatError
from myoedge.edge.pipeline import Pipeline
from myoedge.export.data.repetition import Repetition
from myoedge.export.data.split import PersonSplit, split
from myoedge.export.subject import Subject

REST = "rest"
EVERY = 4  # of the tested windows one in so many: they overlap
Flags = NDArray[np.bool_]
Progress = Callable[[str], None]


@dataclass(slots=True)
class Tally:
    """One person's windows; strangeness up to 1 is let through."""

    right: list[NDArray[np.float64]] = field(default_factory=list)  # known gestures, decided right
    wrong: list[NDArray[np.float64]] = field(default_factory=list)  # known, decided wrong
    strange: list[NDArray[np.float64]] = field(default_factory=list)  # left out; inf: taken for rest
    starts: int = 0  # of gestures during rest
    rest_s: float = 0.0

    def to_json(self) -> dict[str, float | None]:
        right, wrong, strange = (_all(rows) for rows in (self.right, self.wrong, self.strange))
        limit = float(np.quantile(right, 0.95)) if len(right) else np.nan
        return {
            "false_accepts_at_95": _share(strange <= limit),
            "right_accepted": _share(right <= 1),
            "false_accepts": _share(strange <= 1),
            "wrong_accepted": _share(wrong <= 1),
            "rest_hours": round(self.rest_s / 3600, 4),
            "starts_at_rest": self.starts,
        }


def rejection(
    subject: Subject, protocol: str, accept: float = ACCEPT, progress: Progress = lambda _: None
) -> dict[str, Any]:
    """Leave each gesture out in turn, for each person, and mean over people; rates at rest over all of them.

    "at 95" moves the strictness until 95 % of the right decisions on the tested windows pass; the others are
    at the thresholds that calibration chose for `accept`. Raises what `split` raises.
    """
    people: dict[str, dict[str, float | None]] = {}
    total = Tally()
    skipped = list(subject.dataset.skipped)
    division = split(subject.dataset, protocol)
    for one in division.people:
        tally = Tally()
        try:
            _leave_out(subject, one, accept, tally)
            _at_rest(subject, one, accept, tally)
        except FormatError as error:  # one person's recordings are too short or broken; the others go on
            skipped.append(f"{one.person}: {error}")
            continue
        name = f"{one.person} {one.session}".strip()
        people[name] = tally.to_json()
        total.starts += tally.starts
        total.rest_s += tally.rest_s
        progress(
            f"{name}: {people[name]['false_accepts_at_95']} of strange windows pass with 95 % of right ones"
        )
    hours = total.rest_s / 3600
    worst = max((p["false_accepts_at_95"] or 0.0 for p in people.values()), default=None)
    return {
        "dataset": subject.dataset.spec.key, "protocol": protocol, "accept": accept,
        "bundle": f"{subject.bundle.name} {subject.bundle.short_digest}",
        "people": people, "mean": _mean(list(people.values())),
        "worst_false_accepts_at_95": worst,
        "rest": {"hours": round(hours, 3), "starts": total.starts,
                 "starts_per_hour": round(total.starts / hours, 1) if hours else None},
        "skipped": [*skipped, *division.skipped],
    }  # fmt: skip


def _leave_out(subject: Subject, one: PersonSplit, accept: float, tally: Tally) -> None:
    """Embeds every repetition once; fits once a gesture."""
    learned = subject.learned(one.person, one.calibration)  # its gain and dead channels
    embedder = learned.embedder

    def examples(repetitions: Sequence[Repetition]) -> list[Example]:
        return [e for s in subject.stretches(repetitions) for e in embedder.examples(s) if len(e)]

    calibration = examples(one.calibration)
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


def _at_rest(subject: Subject, one: PersonSplit, accept: float, tally: Tally) -> None:
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


def _all(rows: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate(rows) if rows else np.zeros(0)


def _share(flags: Flags) -> float | None:
    return round(float(flags.mean()), 4) if len(flags) else None


def _mean(rows: Sequence[dict[str, float | None]]) -> dict[str, float | None]:
    names = ("false_accepts_at_95", "right_accepted", "false_accepts", "wrong_accepted")
    found: dict[str, float | None] = {}
    for name in names:
        values = [row[name] for row in rows if row[name] is not None]
        found[name] = round(float(np.mean([float(v or 0.0) for v in values])), 4) if values else None
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """The command of the first line."""
    from myoedge.edge.bundle import load_bundle
    from myoedge.edge.engines import load_engine
    from myoedge.export.data.table import load

    parser = argparse.ArgumentParser(prog="python -m myoedge.export.rejection", description=__doc__)
    parser.add_argument("bundle", help="a folder, a .tar, default or classic")
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--protocol", default="within:2", help="sessions, cycles:N or within:N")
    parser.add_argument("--people", help="only these, apart by commas")
    parser.add_argument(
        "--accept", type=float, default=ACCEPT, help="share of right decisions to let through"
    )
    args = parser.parse_args(argv)
    bundle = load_bundle(args.bundle)
    engine, _ = load_engine(bundle, None)
    dataset = load(args.dataset, args.root, args.people.split(",") if args.people else None)
    subject = Subject(bundle, engine, dataset, (bundle.clock,))
    found = rejection(subject, args.protocol, args.accept, lambda text: print(text, file=sys.stderr))
    print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
