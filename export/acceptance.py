"""How far right decisions stray after calibration: learns STRAYS of calibration/heldout.py from other people.

python -m myoedge.export.acceptance default --root DIR      # with the sets in it, folders named by their keys
"""

import argparse
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.example import Example
from myoedge.calibration.fit import fit
from myoedge.calibration.heldout import LEVELS, STRAYS, beyond
from myoedge.calibration.learn import load_prior
from myoedge.edge.errors import UsageError
from myoedge.export.data.repetition import Repetition
from myoedge.export.data.split import PersonSplit, split
from myoedge.export.subject import Subject

EVERY = 4  # of the tested windows one in so many: they overlap
# Later repetitions with the band left on: laval and uci are tested on later series, the others within one.
LATER: Mapping[str, str] = {
    "myo-laval": "cycles:{}",
    "myo-uci": "cycles:{}",
    "myo-ciil": "within:{}",
    "myo-longterm30": "within:{}",
}
STRAY = np.geomspace(0.3, 30.0, 800)
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trial:
    """The right decisions after one calibration."""

    dataset: str
    person: str
    repetitions: int
    stray: Mapping[
        float, Array
    ]  # by level, (window,): in medians of what was fitted on; inf: by score refused


def trials(subject: Subject, repetitions: int) -> list[Trial]:
    """Everybody of a data set who has that many repetitions of each gesture, and later ones.

    Raises UsageError where nobody has.
    """
    key = subject.dataset.spec.key
    known: dict[tuple[int, bool], Example] = {}
    found = []
    for one in split(subject.dataset, LATER[key].format(repetitions)).people:
        stray = _strays(subject, one, known)
        found.append(Trial(key, f"{one.person} {one.session}".strip(), repetitions, stray))
    return found


def _strays(subject: Subject, one: PersonSplit, known: dict[tuple[int, bool], Example]) -> dict[float, Array]:
    embedder = subject.embedder()

    def examples(repetitions: Sequence[Repetition], asides: bool = False) -> list[Example]:
        for repetition, stretch in zip(repetitions, subject.stretches(repetitions), strict=True):
            if (id(repetition), asides) not in known:
                known[id(repetition), asides] = embedder.examples(stretch, asides)[0]
        found = [known[id(repetition), asides] for repetition in repetitions]
        return [example for example in found if len(example)]

    prior = load_prior(subject.bundle, embedder.blocks)
    calibration = [
        replace(e, repetition=number) for number, e in enumerate(examples(one.calibration, asides=True))
    ]
    found: dict[float, Array] = {}
    for level in LEVELS:
        fitted = fit(calibration, embedder.blocks, prior, level)
        head, limits = fitted.head, fitted.thresholds
        times = beyond(min(fitted.facts["repetitions"].values()), level)
        parts = []
        for e in examples(one.test):
            used = np.asarray(e.used.all(axis=0))
            distances = head.distances(e.embeddings[::EVERY], used)
            best = distances.argmin(axis=1)
            posterior = head.posterior(distances, int(used.sum())).max(axis=1)
            far = times * distances.min(axis=1) / np.array([limits.farthest(b) for b in best])
            right = np.array([head.labels[b] == e.label for b in best])
            parts.append(np.where(posterior >= limits.score, far, np.inf)[right])
        found[level] = np.concatenate(parts)
    return found


def learned(rows: Sequence[Trial], level: float) -> float:
    """The stray that lets `level` pass: every set counts once, and every person in it; inf: none does."""
    passed = np.mean([_passed(rows, level, key) for key in sorted({r.dataset for r in rows})], axis=0)
    return float(STRAY[np.argmax(passed >= level)]) if passed[-1] >= level else np.inf


def _passed(rows: Collection[Trial], level: float, key: str) -> Array:
    """Share of one set's right decisions within each of STRAY."""
    shares = [
        np.searchsorted(np.sort(r.stray[level]), STRAY, "right") / len(r.stray[level])
        for r in rows
        if r.dataset == key and len(r.stray[level])
    ]
    return np.asarray(np.mean(shares, axis=0))


def without_each(rows: Sequence[Trial], level: float) -> dict[str, dict[str, float]]:
    """For each set: the stray learned from the others, and what share of its right decisions it lets pass."""
    found = {}
    for key in sorted({r.dataset for r in rows}):
        others = [r for r in rows if r.dataset != key]
        if others:
            stray = learned(others, level)
            shares = [float((r.stray[level] <= stray).mean()) for r in rows if r.dataset == key]
            found[key] = {
                "stray": round(stray, 2),
                "accepted": round(float(np.mean(shares)), 4),
                "worst": round(min(shares), 4),
            }
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """The command of the first line."""
    from myoedge.edge.bundle import load_bundle
    from myoedge.edge.engines import load_engine
    from myoedge.export.data.table import DATASETS, load

    parser = argparse.ArgumentParser(prog="python -m myoedge.export.acceptance", description=__doc__)
    parser.add_argument("bundle", help="a folder, a .tar, default or classic")
    parser.add_argument("--root", required=True, type=Path, help="the folder that holds the sets' folders")
    args = parser.parse_args(argv)
    bundle = load_bundle(args.bundle)
    engine, _ = load_engine(bundle, None)
    rows: list[Trial] = []
    for key in LATER:
        loaded = load(key, args.root / key, DATASETS[key].unseen or None)
        subject = Subject(bundle, engine, loaded, (bundle.clock,))
        for repetitions in STRAYS:
            try:
                rows += trials(subject, repetitions)
            except UsageError:  # nobody has so many
                continue
    for repetitions in STRAYS:
        mine = [r for r in rows if r.repetitions == repetitions]
        row: dict[str, Any] = {"repetitions": repetitions}
        row |= {
            f"{level:g}": {"stray": round(learned(mine, level), 2), **without_each(mine, level)}
            for level in LEVELS
        }
        print(json.dumps(row), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
