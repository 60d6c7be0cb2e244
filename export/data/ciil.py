"""Reads myo-ciil (doi 10.1186/s12984-024-01355-4): the band moved, and one second of training."""

import re
from pathlib import Path

from myoedge.edge.errors import NotThereError
from myoedge.export.data.intake import Intake
from myoedge.export.data.naming import folders

SHIFT = "ElectrodeShift"
MINIMAL = "MinimalTrainingData"
_NAME = re.compile(r"R_(\d+)_C_(\d+)\.csv")
_MOVED = re.compile(r"trial_[1-9]\d*")


def load(root: Path, intake: Intake) -> None:
    """Both parts; people are named `part/subject` since nothing says that the parts share people."""
    parts = [name for name in (SHIFT, MINIMAL) if (root / name).is_dir()]
    if not parts:
        raise NotThereError(f"neither {SHIFT} nor {MINIMAL} in {root}; --root is the unpacked myo-ciil")
    for part in parts:
        for folder in folders(root / part):
            if intake.wants(f"{part}/{folder.name}"):
                for session in _sessions(intake, part, folder):
                    _session(intake, root / part / folder.name / session, part, folder.name, session)


def _sessions(intake: Intake, part: str, person: Path) -> list[str]:
    """Session names in time order, training first."""
    if part == MINIMAL:
        tests = person / "test"
        trials = [f"test/{trial.name}" for trial in folders(tests)] if tests.is_dir() else []
        return ["train", *trials] if (person / "train").is_dir() else trials
    names = []
    for folder in folders(person):
        if folder.name == "training" or _MOVED.fullmatch(folder.name):
            names.append(folder.name)
        else:
            # subject13's trial_0 was recorded before the band was moved; it would flatter the moved test.
            intake.note(f"{intake.name(folder)} is not part of the moved test: dropped")
    return names


def _session(intake: Intake, folder: Path, part: str, subject: str, session: str) -> None:
    for path, named, samples in intake.matrices(folder, _NAME, "R_<repetition>_C_<class>.csv", 8):
        intake.add(path, f"{part}/{subject}", session, named[2], {"emg": samples}, part=part)
