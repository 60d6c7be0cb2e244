"""Writes a guided session as a `folder` data set: a file a repetition, beside a dataset.toml."""

import io
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from myoedge.calibration.session import Session
from myoedge.calibration.stretch import Span, Stretch, raw_of
from myoedge.edge.errors import MismatchError, UsageError
from myoedge.edge.places import write_atomically
from myoedge.edge.stream import StreamSpec

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*")


def write_folder(
    folder: Path, person: str, session: str, done: Session, specs: Mapping[str, StreamSpec]
) -> list[Path]:
    """Write every repetition, (time, channel) in counts; returns the files, mode 0600.

    A session that is there already is added to, its repetitions numbered on. Raises UsageError for a name
    that is no folder's, MismatchError when the folder holds recordings of another armband, StorageError.
    """
    for name in (person, session, *done.plan.labels):
        if not _PLAIN.fullmatch(name):
            raise UsageError(f"{name!r} cannot name a file; wanted letters, digits, space, dot or dash")
    _declare(folder, specs)
    home = folder / person / session
    first = {label: _next(home, label) for label in done.plan.labels}
    return [path for span in done.stretch.spans for path in _write(home, done.stretch, span, first, specs)]


def _declare(folder: Path, specs: Mapping[str, StreamSpec]) -> None:
    path = folder / "dataset.toml"
    lines = [f"name = {json.dumps(folder.name)}\n", 'rest = "rest"\n']
    for name, spec in specs.items():
        lines.append(f"[streams.{name}]\nrate_hz = {spec.rate_hz:g}\nchannels = {spec.channels}\n")
        lines.append(f'unit = "{spec.unit}"\n')
    streams = "".join(lines[2:])
    if not path.exists():
        write_atomically(path, "".join(lines).encode())
    elif streams not in path.read_text(encoding="utf-8"):
        raise MismatchError(f"{path} is of another armband; record into another --folder")


def _next(home: Path, label: str) -> int:
    """A repetition number that no file bears yet, from 1."""
    taken = [int(m[1]) for p in _files(home) if (m := re.fullmatch(re.escape(label) + r"_(\d+)\.csv", p))]
    return max(taken, default=0) + 1


def _files(home: Path) -> Iterable[str]:
    return [path.name for path in home.iterdir()] if home.is_dir() else []


def _write(
    home: Path, stretch: Stretch, span: Span, first: Mapping[str, int], specs: Mapping[str, StreamSpec]
) -> Iterable[Path]:
    stem = f"{span.label}_{first[span.label] + span.repetition}"
    for name in specs:
        rows = raw_of(stretch, name, span)
        if not len(rows):
            continue
        path = home / (f"{stem}.csv" if name == "emg" else f"{stem}.{name}.csv")
        text = io.StringIO()
        np.savetxt(text, rows, fmt="%g", delimiter=",")
        write_atomically(path, text.getvalue().encode())
        yield path
