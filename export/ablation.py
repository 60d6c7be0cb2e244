"""What each half of the embedding gives by itself: plain baseline, closed form, network, both, on every set.

python -m myoedge.export.ablation default --root DIR [--sets myo-laval,myo-uci]
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.fit import fit
from myoedge.calibration.learn import load_prior
from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.edge.engines import Engine
from myoedge.edge.errors import FormatError, MismatchError
from myoedge.export.data.repetition import LoadedDataset
from myoedge.export.data.split import PersonSplit, split
from myoedge.export.data.table import DATASETS, load
from myoedge.export.hudgins import fit_hudgins, hudgins_example, unfiltered
from myoedge.export.score import Score
from myoedge.export.subject import Subject, decide

COLUMNS = ("HTD + LDA", "closed form", "network", "both")
Scores = dict[str, dict[tuple[str, str], Score]]  # by column, then by (part of the set, person)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    dataset: str
    protocol: str
    people: str = ""  # what their names begin with
    unseen: bool = False  # only the people the data set's table keeps unseen


ROWS = (
    Row("laval, `sessions`", "myo-laval", "sessions", "eval/"),
    Row("laval, `cycles:1`", "myo-laval", "cycles:1", "eval/"),
    Row("ciil, 1 s a gesture, `sessions`", "myo-ciil", "sessions", "MinimalTrainingData/"),
    Row("ciil, band moved, `sessions`", "myo-ciil", "sessions", "ElectrodeShift/"),
    Row("uci unseen, `sessions`", "myo-uci", "sessions", unseen=True),
    Row("uci unseen, `cycles:1`", "myo-uci", "cycles:1", unseen=True),
    Row("psl unseen, `within:2`, by window", "myo-psl", "within:2", unseen=True),
    Row("lis, `within:2`", "myo-lis", "within:2"),
    Row("disco, `sessions`", "myo-disco", "sessions"),
    Row("longterm30, `sessions`", "myo-longterm30", "sessions"),
    Row("longterm30, `within:2`", "myo-longterm30", "within:2"),
    Row("3dc, `sessions`", "3dc", "sessions"),
    Row("flexemg, `sessions`", "flexemg", "sessions"),
)


def ablation(
    bundle: Bundle, engine: Engine | None, dataset: LoadedDataset, protocol: str, say: Say
) -> dict[str, dict[str, Any]]:
    """By column: mean, median and worst person's accuracy over windows, and every person's figures.

    The halves are heads on the blocks of the same embeddings, with the modalities that calibration chose for
    both. Where the set's streams do not fit `bundle`, its fallback stands for the closed form and the last
    two columns are left out. Raises what `split` raises.
    """
    streams = dataset.spec.streams
    subject = Subject(bundle, engine, dataset, tuple(name for name in bundle.modalities if name in streams))
    try:
        subject.embedder()
    except MismatchError as error:
        say(f"{dataset.spec.key}: {error}")
        plain = load_bundle(str(bundle.facts["fallback"]))
        subject = Subject(plain, None, dataset, (plain.clock,))
    scores: Scores = {name: {} for name in (COLUMNS if subject.engine else COLUMNS[:2])}
    for one in split(dataset, protocol).people:
        mine = {name: rows.setdefault((one.part, one.person), Score()) for name, rows in scores.items()}
        try:
            _baseline(subject, one, mine["HTD + LDA"])
            _halves(subject, one, mine)
        except FormatError as error:  # one person's recordings are too short or broken; the others go on
            say(f"{one.person}: {error}")
    return {name: _summary(rows) for name, rows in scores.items()}


def _baseline(subject: Subject, one: PersonSplit, score: Score) -> None:
    """Its windows lie where the bundle's do."""
    raw, streams = unfiltered(subject.bundle), subject.dataset.spec.streams
    embedder = StreamEmbedder(raw, None, streams, only=(raw.clock,))
    head = fit_hudgins([hudgins_example(embedder, stretch) for stretch in subject.stretches(one.calibration)])
    for repetition in one.test:
        shown = hudgins_example(embedder, subject.stretch(repetition, 0))
        distances = head.distances(shown.embeddings)
        score.add(repetition.label, head.labels, head.posterior(distances, shown.embeddings.shape[1]))


def _halves(subject: Subject, one: PersonSplit, scores: Mapping[str, Score]) -> None:
    """Both as `evaluate` has them, and each half by itself on the same embeddings."""
    learned = subject.learned(one.person, one.calibration)
    embedder = learned.embedder
    stretches = subject.stretches(one.calibration)
    examples = [e for stretch in stretches for e in embedder.examples(stretch, asides=True)]
    prior = load_prior(subject.bundle, embedder.blocks)
    features = np.arange(embedder.blocks[-1][1])
    network = features >= (embedder.blocks[-1][0] if subject.engine else len(features))
    heads = {"both": (learned.profile, features >= 0)} if subject.engine else {}
    for name, counts in (("closed form", ~network), ("network", network)):
        if name in scores:
            seen = [replace(e, used=e.used & counts) for e in examples]
            fitted = fit(seen, embedder.blocks, prior)
            profile = replace(learned.profile, head=fitted.head, thresholds=fitted.thresholds)
            heads[name] = (profile, counts)
    for repetition in one.test:
        windows = embedder(subject.stretch(repetition, 0).chunks)
        for name, (profile, counts) in heads.items():
            posterior, _ = decide(profile, replace(windows, used=windows.used & counts))
            scores[name].add(repetition.label, profile.head.labels, posterior)


def _summary(scores: Mapping[tuple[str, str], Score]) -> dict[str, Any]:
    people = {person: score.to_json() for (_, person), score in scores.items() if score.windows}
    found = [float(row["accuracy"]) for row in people.values()]
    return {
        "mean": round(float(np.mean(found)), 4),
        "median": round(float(np.median(found)), 4),
        "worst": min(found),
        "people": people,
    }


def line(row: Row, found: Mapping[str, Mapping[str, Any]]) -> str:
    """A line of Markdown: mean / median / worst person in %, a column each."""
    cells = [
        " / ".join(f"{100 * found[name][of]:.1f}" for of in ("mean", "median", "worst"))
        if name in found
        else "-"
        for name in COLUMNS
    ]
    return " | ".join(["", row.name, str(len(found[COLUMNS[0]]["people"])), *cells, ""]).strip()


def people_of(row: Row, root: Path) -> LoadedDataset:
    """The row's people of its data set; raises what `load` raises."""
    spec = DATASETS[row.dataset]
    loaded = load(row.dataset, root / row.dataset, spec.unseen if row.unseen else None)
    return replace(
        loaded, repetitions=tuple(r for r in loaded.repetitions if r.person.startswith(row.people))
    )


def main(argv: Sequence[str] | None = None) -> int:
    """The command of the first line."""
    from myoedge.edge.engines import load_engine

    parser = argparse.ArgumentParser(prog="python -m myoedge.export.ablation", description=__doc__)
    parser.add_argument("bundle", help="a folder, a .tar or default: one with a network")
    parser.add_argument("--root", required=True, type=Path, help="one unpacked folder a data set, by its key")
    parser.add_argument("--sets", help="only these data sets, apart by commas")
    parser.add_argument("--json", action="store_true", help="every person's figures")
    args = parser.parse_args(argv)
    bundle = load_bundle(args.bundle)
    engine, _ = load_engine(bundle, None)
    wanted = args.sets.split(",") if args.sets else list(DATASETS)

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    if not args.json:
        print("| set, protocol | people |", " | ".join(COLUMNS), "|\n|" + "---|" * (2 + len(COLUMNS)))
    for row in ROWS:
        if row.dataset not in wanted:
            continue
        if not (args.root / row.dataset).is_dir():
            say(f"{row.dataset} is not in {args.root}: not measured")
            continue
        found = ablation(bundle, engine, people_of(row, args.root), row.protocol, say)
        print(json.dumps({"row": row.name, **found}) if args.json else line(row, found), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
