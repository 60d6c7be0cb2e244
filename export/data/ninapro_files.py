"""NinaPro's files: which are there, and what their label columns say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.export.data import matlab
from myoedge.export.data.naming import natural
from myoedge.export.data.ninapro_layout import BIT_CODES, Layout

WANTED = "S<subject>_E<exercise>_A<acquisition>.mat, or A before E"
_NAME = re.compile(r"S(\d+)_(?:E(\d)_A(\d)|A(\d)_E(\d))\.mat", re.IGNORECASE)

Column = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class File:
    """What the name of a file says."""

    path: Path
    subject: int
    exercise: int
    acquisition: int


def people_of(root: Path) -> tuple[dict[int, list[File]], list[Path]]:
    """Files by subject, both in the order of their numbers, and .mat files with another name."""
    people: dict[int, list[File]] = {}
    strange = []
    paths = (p for p in root.rglob("*.mat") if not any(part.startswith(".") for part in p.parts[-2:]))
    for path in sorted(paths, key=lambda path: natural(path.as_posix())):
        named = _NAME.fullmatch(path.name)
        if named is None:
            strange.append(path)
            continue
        subject, e1, a1, a2, e2 = named.groups()
        people.setdefault(int(subject), []).append(File(path, int(subject), int(e1 or e2), int(a1 or a2)))
    in_order = {n: sorted(people[n], key=lambda f: (f.exercise, f.acquisition)) for n in sorted(people)}
    return in_order, strange


def columns_of(file: File, shapes: Mapping[str, tuple[int, ...]]) -> tuple[Column, Column, list[str]]:
    """Label and repetition of every row, cut to one length, and what was mended."""
    said = []
    names = ["restimulus", "rerepetition"]
    for place, shown in enumerate(("stimulus", "repetition")):
        if names[place] not in shapes:
            if shown not in shapes:
                raise FormatError(f"neither {names[place]} nor {shown}, wanted {names[place]}")
            said.append(f"without {names[place]}: {shown}, which is what was shown, stands for it")
            names[place] = shown
    labels, repetitions = (matlab.vector(file.path, name) for name in names)
    rows = min(len(labels), len(repetitions))
    return labels[:rows], repetitions[:rows], said


def global_labels(layout: Layout, exercise: int, labels: Column) -> Column:
    """The set's own labels over all exercises; FormatError for any other numbering."""
    first, last = layout.exercises[exercise]
    present = set(np.unique(labels[labels != 0]).tolist())
    if not present:
        raise FormatError("every label is 0, wanted movements")
    if first == 41 and present & set(BIT_CODES) and not layout.restarts:
        if present - set(BIT_CODES):
            raise FormatError(f"labels {sorted(present)} are of two numberings; wanted 41..49 or bit codes")
        return np.array([BIT_CODES.get(code, 0) for code in labels.tolist()], dtype=np.int64)
    offset = first - 1 if layout.restarts else 0
    if not all(first <= label + offset <= last for label in present):
        met = f"labels {min(present)}..{max(present)} in exercise {exercise}"
        raise FormatError(f"{met}, wanted {first - offset}..{last - offset}")
    return np.where(labels == 0, 0, labels + offset)


def odd_numbers(file: File, shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """The subject and exercise inside the file against its name, which the labels have confirmed."""
    said = []
    for name, wanted in (("subject", file.subject), ("exercise", file.exercise)):
        if name in shapes:
            inside = matlab.vector(file.path, name)
            if len(inside) and inside[0] != wanted:
                said.append(f"{name} inside the file is another than in its name, which counts")
    return said
