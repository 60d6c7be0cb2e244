"""Reads myo-lis (Pacifici et al., Data in Brief 33:106455, 2020): 26 letters, one json a repetition."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from myoedge.edge.errors import FormatError
from myoedge.export.data.intake import Intake
from myoedge.export.data.matrix import Matrix
from myoedge.export.data.naming import files, folders, wanted_folder

SIGNER = "signer"
IMU_EVERY = 4  # EMG and IMU were polled together at a stated 200 Hz; the armband gives IMU at 50 Hz
QUATERNION, GRAVITY, DEGREES_A_SECOND = 16384.0, 2048.0, 16.0  # counts for 1, 1 g, 1 deg/s
# Upstream does not state the order; only as x y z w does gravity stay put while the arm turns.
_XYZW_TO_WXYZ = (3, 0, 1, 2)


def load(root: Path, intake: Intake) -> None:
    """One signer; a session is a day, repetitions in the order of their time stamps."""
    letters = wanted_folder(root, "Dataset", "myo-lis")
    if not intake.wants(SIGNER):
        return
    taken: list[tuple[datetime, str, Path, dict[str, Matrix]]] = []
    for letter in folders(letters):
        for path in files(letter, ".json"):
            try:
                taken.append(_repetition(path))
            except FormatError as error:
                intake.skip(path, str(error))
    for at, letter_name, path, signals in sorted(taken, key=lambda one: (one[0], one[2].name)):
        intake.add(path, SIGNER, f"{at:%Y-%m-%d}", letter_name, signals)


def _repetition(path: Path) -> tuple[datetime, str, Path, dict[str, Matrix]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.strptime(content["timestamp"], "%d/%m/%y/%H:%M:%S")
        emg = np.array(content["emg"]["data"], dtype=np.float64)
        imu = np.concatenate([_imu(row) for row in content["imu"]["data"][::IMU_EVERY]]).reshape(-1, 10)
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"no whole recording ({type(error).__name__}: {error})") from None
    if emg.ndim != 2 or len(emg) != len(content["imu"]["data"]):
        raise FormatError("EMG and IMU differ in length")
    return at, path.parent.name, path, {"emg": emg, "imu": imu}


def _imu(row: dict[str, Any]) -> Matrix:
    """One IMU row as the armband's own ten counts: quaternion wxyz, acceleration, angular rate."""
    quaternion = np.array(row["orientation"], dtype=np.float64)[list(_XYZW_TO_WXYZ)] * QUATERNION
    acceleration = np.array(row["acceleration"], dtype=np.float64) * GRAVITY
    rate = np.array(row["gyroscope"], dtype=np.float64) * DEGREES_A_SECOND
    counts: Matrix = np.concatenate([quaternion, acceleration, rate])
    return counts
