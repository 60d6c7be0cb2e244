"""Reads myo-laval (Cote-Allard et al., IEEE TNSRE 27(4) 2019): 28 raw int16 files a session."""

import hashlib
from pathlib import Path

import numpy as np

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.export.data.intake import Intake
from myoedge.export.data.matrix import Matrix
from myoedge.export.data.naming import folders

GESTURES = 7
CYCLES = 4
CHANNELS = 8
SESSIONS = ("training0", "Test0", "Test1")  # in the order they were recorded
# Two collections number their people alike, so the name says which.
COLLECTIONS = {"EvaluationDataset": "eval", "PreTrainingDataset": "pre"}


def load(root: Path, intake: Intake) -> None:
    """Every person of both collections; pre-training sessions that are byte copies are dropped."""
    if not any((root / name).is_dir() for name in COLLECTIONS):
        raise NotThereError(
            f"neither {' nor '.join(COLLECTIONS)} in {root}; --root is the unpacked myo-laval"
        )
    originals = _originals(root)
    for collection, short in COLLECTIONS.items():
        for folder in folders(root / collection) if (root / collection).is_dir() else []:
            if intake.wants(f"{short}/{folder.name}"):
                for session in SESSIONS:
                    _session(intake, folder / session, f"{short}/{folder.name}", originals)


def _session(intake: Intake, folder: Path, person: str, originals: dict[str, Path]) -> None:
    if not folder.is_dir():
        return
    original = originals.get(_digest(folder), folder)
    if original != folder:
        intake.note(f"{intake.name(folder)} is a byte copy of {intake.name(original)}: dropped")
        return
    for index in range(GESTURES * CYCLES):
        path = folder / f"classe_{index}.dat"
        try:
            samples = read_dat(path)
        except FormatError as error:
            intake.skip(path, str(error))
            continue
        intake.add(path, person, folder.name, str(index % GESTURES), {"emg": samples})


def read_dat(path: Path) -> Matrix:
    """int16 little endian, 8 interleaved channels, to (time, channel); FormatError when torn or missing."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise FormatError("missing; a session has classe_0.dat to classe_27.dat") from None
    if len(raw) % (2 * CHANNELS):
        raise FormatError(f"{len(raw)} bytes, wanted a multiple of {2 * CHANNELS}: the file is torn")
    return np.frombuffer(raw, dtype="<i2").reshape(-1, CHANNELS).astype(np.float64)


def _originals(root: Path) -> dict[str, Path]:
    """The first folder that holds each content; evaluation people, who have three sessions, come first."""
    found: dict[str, Path] = {}
    for collection in COLLECTIONS:
        for person in folders(root / collection) if (root / collection).is_dir() else []:
            for session in SESSIONS:
                if (person / session).is_dir():
                    found.setdefault(_digest(person / session), person / session)
    return found


def _digest(folder: Path) -> str:
    content = hashlib.sha256()
    for index in range(GESTURES * CYCLES):
        path = folder / f"classe_{index}.dat"
        content.update(path.read_bytes() if path.is_file() else b"-")
    return content.hexdigest()
