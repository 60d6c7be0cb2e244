"""Reads flexemg-hd64 (Moin et al., ISCAS 2018): 64 electrodes, four gestures in a row after a rest."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from myoedge.edge.errors import FormatError
from myoedge.export.data.intake import Intake
from myoedge.export.data.naming import files, folders, wanted_folder

ELECTRODES = 64  # the first columns; the other 32 inputs were not connected
_FOLDER = re.compile(r"(\d+)-(.+)")


def load(root: Path, intake: Intake) -> None:
    """Every PERSON-SESSION folder under data/, training before test."""
    found = folders(wanted_folder(root, "data", "flexemg"))
    for folder in sorted(found, key=_person_then_training):
        named = _FOLDER.fullmatch(folder.name)
        if named is None or not intake.wants(named[1]):
            continue
        for path in files(folder, ".mat"):
            try:
                _recording(intake, path, named[1], named[2])
            except FormatError as error:
                intake.skip(path, str(error))


def _person_then_training(folder: Path) -> tuple[str, bool, str]:
    return folder.name.split("-")[0], "Train" not in folder.name, folder.name


def _recording(intake: Intake, path: Path, person: str, session: str) -> None:
    """`reps` times: `timerest` samples of rest, then every gesture of `sequence` for `timegest` samples."""
    raw, plan = _read(path)
    labels = [str(np.ravel(name)[0]) for name in np.ravel(plan["labelnames"])]
    sequence = [int(gesture) for gesture in np.ravel(plan["sequence"])]
    reps, rest, hold = (int(np.ravel(plan[name])[0]) for name in ("reps", "timerest", "timegest"))
    if not all(1 <= gesture <= len(labels) for gesture in sequence):
        raise FormatError(f"sequence {sequence} names gestures beyond the {len(labels)} labels")
    if len(raw) < reps * (rest + hold * len(sequence)):
        raise FormatError(
            f"{len(raw)} samples, wanted {reps * (rest + hold * len(sequence))}: the file is torn"
        )
    start = 0
    for native, length in [("rest", rest), *((labels[g - 1], hold) for g in sequence)] * reps:
        at = f"samples {start}..{start + length - 1}"
        intake.add(path, person, session, native, {"emg": raw[start : start + length, :ELECTRODES]}, at=at)
        start += length


def _read(path: Path) -> tuple[Any, Any]:
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        content = loadmat(path)
        raw, plan = content["raw"], content["p"][0, 0]
    except (MatReadError, ValueError, KeyError, IndexError, TypeError, OSError, NotImplementedError) as error:
        raise FormatError(f"no whole recording ({type(error).__name__}: {error})") from None
    if raw.ndim != 2 or raw.shape[1] < ELECTRODES:
        raise FormatError(f"raw has shape {raw.shape}, wanted at least {ELECTRODES} columns")
    return raw.astype(np.float64), plan
