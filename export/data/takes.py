"""Chooses a real person's repetitions for the demo: the first to calibrate on, later ones to run on."""

from pathlib import Path

from myoedge.edge.errors import UsageError
from myoedge.export.data.repetition import Repetition
from myoedge.export.data.table import DATASETS, load

MARKS = {"myo-psl": "raw_data", "myo-laval": "EvaluationDataset"}  # a folder that only that set has
LONGEST_S = 3.0  # of a repetition that is played
GESTURES = 8  # at most, so that the demo stays short
FIRST, LATER = 2, 2  # repetitions of each gesture


def choose(root: Path, person: str | None = None) -> tuple[str, list[Repetition], list[Repetition]]:
    """Person and set, what to calibrate on, what to run on; raises UsageError for an unknown folder."""
    key = next((key for key, mark in MARKS.items() if (root / mark).is_dir()), None)
    if key is None:
        raise UsageError(
            f"{root} is neither a psl nor a laval folder; wanted one with {' or '.join(MARKS.values())}"
        )
    unseen = DATASETS[key].unseen
    people = (person,) if person else unseen or None
    dataset = load(key, root, people)
    chosen = person or max(dataset.people, key=lambda p: sum(r.person == p for r in dataset.repetitions))
    mine = [r for r in dataset.repetitions if r.person == chosen]
    session = mine[0].session
    labels = list(dict.fromkeys(r.label for r in mine if r.session == session))
    first: list[Repetition] = []
    later: list[Repetition] = []
    for label in labels:
        turns = [r for r in mine if r.label == label and r.session == session]
        if len(turns) > FIRST and len({r.label for r in first}) < GESTURES:
            first += turns[:FIRST]
            later += turns[FIRST : FIRST + LATER]
    if not first:
        raise UsageError(
            f"{chosen} of {key} has no gesture with more than {FIRST} repetitions; choose another --person"
        )
    return f"{key} {chosen}", sorted(first, key=lambda r: r.order), sorted(later, key=lambda r: r.order)
