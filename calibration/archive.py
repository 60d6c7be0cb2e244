"""All that is kept of one wearer: what each file is, and the whole as one tar that is the wearer's own."""

import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

from myoedge.calibration.store import PART, RECORDING, REPORT, UNDONE, Store, recording_of, report_path
from myoedge.edge.places import write_atomically


@dataclass(frozen=True, slots=True)
class Kept:
    """One file."""

    path: Path
    size: int  # bytes
    what: str  # in words


def kept_of(store: Store, name: str) -> list[Kept]:
    """Every file of a wearer; raises NotThereError."""
    files = store.files(name)
    versions = store.versions(name)
    newest = versions[-1] if versions else None
    return [Kept(path, path.stat().st_size, _what(path, newest)) for path in files]


def export(store: Store, name: str, target: Path, *, everything: bool = False) -> tuple[Path, ...]:
    """Write the profile in use with its recording and report to a tar, mode 0600; returns what went in.

    `everything`: all that is kept. Either the whole file or the old one is there afterwards. Raises
    NotThereError or StorageError.
    """
    newest = store.path(name)
    beside = (newest, recording_of(newest), report_path(newest))
    chosen = store.files(name) if everything else tuple(p for p in beside if p and p.is_file())
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path in chosen:
            row = tarfile.TarInfo(f"{name}/{path.name}")
            data = path.read_bytes()
            row.size, row.mode, row.mtime = len(data), 0o600, int(path.stat().st_mtime)
            tar.addfile(row, io.BytesIO(data))
    write_atomically(target, buffer.getvalue())
    return chosen


def _what(path: Path, newest: Path | None) -> str:
    if path.name.endswith(PART):
        return "a calibration that runs, or died"
    if RECORDING in path.name:
        return "the recording a profile was fitted to"
    if REPORT in path.name:
        return "the report of a calibration"
    if path.name.endswith(UNDONE):
        return "a profile put aside by --restore"
    return "the profile in use" if path == newest else "an older profile"
