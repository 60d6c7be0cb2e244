"""What a data set holds, person by person: streams, dead channels, labels, repetitions, mended files."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.export.data.movements import movement_names
from myoedge.export.data.repetition import LoadedDataset, Repetition, Wearer

MOST_VALUES = 200_000_000  # of a stream that are looked at; more are taken at even steps. Our choice


def describe(dataset: LoadedDataset) -> dict[str, Any]:
    """The result of `data show`; repetitions count from 1, columns from 0."""
    people: dict[str, list[Repetition]] = {}
    for repetition in dataset.repetitions:
        people.setdefault(repetition.person, []).append(repetition)
    return {
        "dataset": dataset.spec.key,
        "source": dataset.spec.source,
        "licence": dataset.spec.licence,
        "people": {name: _person(dataset, name, own) for name, own in people.items()},
        "skipped": list(dataset.skipped),
        "notes": list(dataset.notes),
    }


def shown_label(repetition: Repetition) -> str:
    """The set's own number or name, and the canonical name where it has one: `13 wrist flexion`."""
    own, name = repetition.native, repetition.label
    return own if ":" in name or own == name else f"{own} {name}"


def dead_columns(repetitions: Sequence[Repetition], modality: str) -> tuple[int, ...]:
    """Columns that hold one value in all repetitions; FormatError when a file cannot be read again.

    Of a person with more than MOST_VALUES of them only every n-th repetition is looked at.
    """
    holding = [r for r in repetitions if modality in r.signals]
    least: NDArray[np.float32] | None = None
    most: NDArray[np.float32] | None = None
    for repetition in holding[:: _step(holding, modality)]:
        samples = repetition.signals[modality]
        if not len(samples):
            continue
        low, high = samples.min(axis=0), samples.max(axis=0)
        least = low if least is None else np.minimum(least, low)
        most = high if most is None else np.maximum(most, high)
    if least is None or most is None:
        return ()
    return tuple(np.flatnonzero(least == most).tolist())


def _step(repetitions: Sequence[Repetition], modality: str) -> int:
    if not repetitions:
        return 1
    rows = sum(r.rows(modality) for r in repetitions)
    columns = int(repetitions[0].signals[modality].shape[1])
    return -(-rows * columns // MOST_VALUES)


def _person(dataset: LoadedDataset, name: str, own: Sequence[Repetition]) -> dict[str, Any]:
    wearer = dataset.wearers.get(name, Wearer())
    notes = list(wearer.notes)
    streams = {}
    for modality, spec in dataset.spec.streams.items():
        if not any(modality in r.signals for r in own):
            notes.append(f"no {modality}")
            continue
        try:
            dead = list(dead_columns(own, modality))
        except FormatError as error:
            dead = []
            notes.append(f"refused: {error}")
        streams[modality] = {"rate_hz": spec.rate_hz, "channels": spec.channels, "dead": dead}
    return {
        "files": wearer.files,
        "seconds": round(sum(r.seconds for r in own), 3),
        "sessions": list(dict.fromkeys(r.session for r in own)),
        "streams": streams,
        "labels": _labels(dataset.spec.key, own),
        "amputee": wearer.amputee,
        "hand": wearer.hand,
        "notes": notes,
    }


def _labels(key: str, own: Sequence[Repetition]) -> Mapping[str, Any]:
    """By label as shown, in the order of the set's numbers; with the set's own words where they are known."""
    numbers = [int(r.native) for r in own if r.native.isdecimal()]
    names = movement_names(key, max(numbers, default=0))
    labels: dict[str, dict[str, Any]] = {}
    for repetition in own:
        row = labels.setdefault(shown_label(repetition), {"repetitions": [], "seconds": 0.0})
        row["repetitions"].append(repetition.number + 1)
        row["seconds"] += repetition.seconds
        if names and repetition.native.isdecimal() and 0 < int(repetition.native) <= len(names):
            row["name"] = names[int(repetition.native) - 1]
    for row in labels.values():
        row["repetitions"] = sorted(set(row["repetitions"]))
        row["seconds"] = round(row["seconds"], 3)
    return dict(sorted(labels.items(), key=lambda item: _first_number(item[0])))


def _first_number(label: str) -> tuple[int, str]:
    first = label.split(" ")[0]
    return (int(first), "") if first.isdecimal() else (1 << 30, label)
