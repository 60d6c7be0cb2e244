"""Reads 3dc: ten EMG channels at 1 kHz, orientation at 50 Hz, eleven gestures in cycles."""

import re
from pathlib import Path

import numpy as np

from myoedge.edge.errors import FormatError
from myoedge.export.data.intake import Intake
from myoedge.export.data.matrix import Matrix, read_matrix
from myoedge.export.data.naming import files, folders

SESSIONS = ("train", "test")
QUATERNION = 16384.0  # counts for 1, as in the Myo's packet
NO_ORIENTATION = "orientation began with (0, 0, 0, 0): the first real value stands there"
_NAME = re.compile(r"3dc_EMG_gesture_(\d+)_(\d+)\.txt")


def load(root: Path, intake: Intake) -> None:
    """Every Participant folder; a file is one gesture of one cycle."""
    for person in folders(root):
        if not person.name.startswith("Participant") or not intake.wants(person.name):
            continue
        for session in SESSIONS:
            if (person / session / "EMG").is_dir():
                _session(intake, person / session, person.name)


def _session(intake: Intake, folder: Path, person: str) -> None:
    for path in files(folder / "EMG", ".txt"):
        named = _NAME.fullmatch(path.name)
        if named is None:
            intake.skip(path, "wanted 3dc_EMG_gesture_<cycle>_<gesture>.txt")
            continue
        beside = folder / "IMU" / path.name.replace("EMG", "IMU")
        try:
            signals = {"emg": read_matrix(path, 10)}
            if beside.is_file():
                signals["quaternion"] = _orientation(beside, intake)
            else:
                intake.mended("EMG without its orientation file", path=path)
        except FormatError as error:
            intake.skip(path, str(error))
            continue
        intake.add(path, person, folder.name, named[2], signals)


def _orientation(path: Path, intake: Intake) -> Matrix:
    """Rows of "(w, x, y, z)" to (time, 4) counts; the sensor's empty first rows are filled and counted."""
    rows = path.read_text(encoding="ascii", errors="replace").replace("(", "").replace(")", "").split("\n")
    rows = [row for row in rows if row.strip()]
    if not rows:
        raise FormatError(f"{path.name} is empty")
    try:
        quaternion = np.array([row.split(",") for row in rows], dtype=np.float64)
    except ValueError:
        raise FormatError(f"{path.name} holds a row that is not (w, x, y, z)") from None
    if quaternion.ndim != 2 or quaternion.shape[1] != 4:
        raise FormatError(f"{path.name} holds a row that is not (w, x, y, z)")
    real = np.flatnonzero(np.any(quaternion != 0, axis=1))
    if not len(real):
        raise FormatError(f"{path.name} holds no orientation but zeros")
    if real[0]:
        quaternion[: real[0]] = quaternion[real[0]]
        intake.mended(NO_ORIENTATION, path=path)
    return quaternion * QUATERNION
