"""Writes a guided session as a `folder` data set: a file a repetition, beside a dataset.toml."""

import io
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from myoedge.calibration.session import Session
from myoedge.calibration.stretch import Span, Stretch, raw_of
from myoedge.edge.errors import FormatError, MismatchError, UsageError
from myoedge.edge.places import write_atomically
from myoedge.edge.stream import StreamSpec

LONGEST = 64  # characters of a name, as of a gesture's (our choice)
_PLAIN = re.compile(r"\w[\w .-]*")  # letters of any script


def write_folder(
    folder: Path, person: str, session: str, done: Session, specs: Mapping[str, StreamSpec]
) -> list[Path]:
    """Write every repetition, (time, channel) in counts; returns the files, mode 0600.

    A session that is there already is added to, its repetitions numbered on. Raises UsageError for a name
    that is no folder's, MismatchError when the folder holds recordings of another armband, FormatError when
    its dataset.toml cannot be read, StorageError.
    """
    check_names(person, session, done.plan.labels)
    _declare(folder, specs)
    home = folder / person / session
    first = {label: _next(home, label) for label in done.plan.labels}
    return [path for span in done.stretch.spans for path in _write(home, done.stretch, span, first, specs)]


def check_names(person: str, session: str, labels: Iterable[str]) -> None:
    """Refuse before anybody is asked for anything what cannot name a folder or file; raises UsageError.

    A label may hold no dot: what follows one names the stream (`fist_1.imu.csv`).
    """
    for name, allowed in ((person, "."), (session, "."), *((label, "") for label in labels)):
        plain = _PLAIN.fullmatch(name) and name == name.strip() and (allowed or "." not in name)
        if not plain or len(name) > LONGEST:
            said = repr(name) if len(name) <= LONGEST else f"a name of {len(name)} characters"
            what, dots = ("folder", "dots, ") if allowed else ("gesture in a folder", "")
            raise UsageError(
                f"{said} cannot name a {what}; wanted up to {LONGEST} letters, digits, spaces, {dots}dashes"
            )


def _declare(folder: Path, specs: Mapping[str, StreamSpec]) -> None:
    path = folder / "dataset.toml"
    if path.exists():
        _check_declared(path, specs)
        return
    lines = [f"name = {json.dumps(folder.name)}\n", 'rest = "rest"\n']
    for name, spec in specs.items():
        lines.append(f"[streams.{name}]\nrate_hz = {spec.rate_hz:g}\nchannels = {spec.channels}\n")
        lines.append(f'unit = "{spec.unit}"\n')
    write_atomically(path, "".join(lines).encode())


def _check_declared(path: Path, specs: Mapping[str, StreamSpec]) -> None:
    """The folder's streams must be this armband's; whatever else its owner wrote there is theirs."""
    try:
        streams = tomllib.loads(path.read_text(encoding="utf-8")).get("streams", {})
        said = {name: (row["rate_hz"], row["channels"], row["unit"]) for name, row in streams.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"{path} cannot be read ({error!r}); mend it, or record elsewhere") from error
    if said != {name: (spec.rate_hz, spec.channels, spec.unit) for name, spec in specs.items()}:
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
