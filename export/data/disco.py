"""Reads myo-disco: ten dynamic gestures on two days and in four arm positions."""

import re
from pathlib import Path

from myoedge.export.data.intake import Intake
from myoedge.export.data.naming import folders

# By the index in the file name. metadata.json is not read: S4's first day names classes 7 to 9 wrongly there
# (the signals follow the index), and S1's second day has none.
GESTURES = (
    "double_tap",
    "extension",
    "finger_gun",
    "flexion",
    "hand_close",
    "hand_open",
    "point",
    "snap",
    "thumbs_up",
    "rest",
)
SESSIONS = ("day1", "day2", "positions/1", "positions/2", "positions/3", "positions/4")
_NAME = re.compile(r"R_(\d+)_C_(\d)_EMG\.csv|R_(\d+)_C_(\d)\.csv")


def load(root: Path, intake: Intake) -> None:
    """Every person S1, S2, ...; day 1, day 2, then the arm positions."""
    for person in folders(root):
        if not re.fullmatch(r"S\d+", person.name) or not intake.wants(person.name):
            continue
        for session in SESSIONS:
            if (person / session).is_dir():
                _session(intake, person / session, person.name, session)


def _session(intake: Intake, folder: Path, person: str, session: str) -> None:
    for path, named, samples in intake.matrices(folder, _NAME, "R_<repetition>_C_<class>_EMG.csv", 8):
        intake.add(path, person, session, GESTURES[int(named[2] or named[4])], {"emg": samples})
