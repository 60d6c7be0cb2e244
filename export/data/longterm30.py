"""Reads myo-longterm30: one person, 22 motions, 4 trials on each of 20 days, 1.5 s a file."""

import re
from pathlib import Path

from myoedge.edge.errors import FormatError
from myoedge.export.data.intake import Intake
from myoedge.export.data.matrix import read_matrix
from myoedge.export.data.naming import files, folders, wanted_folder

# The values look like int8 / 128, band-passed: the largest of 4.2 million is 1.42 (a filter overshoots full
# scale), 99.9 % stay under 0.96, and 128 brings the quietest channels to the armband's noise of one count.
# Upstream does not state a unit.
COUNTS_PER_UNIT = 128.0
_NAME = re.compile(r"D(\d+)M(\d+)T(\d+)\.csv")


def load(root: Path, intake: Intake) -> None:
    """Every person under data/; one session a day, in the order of the days."""
    for person in folders(wanted_folder(root, "data", "myo-longterm30")):
        if intake.wants(person.name):
            for day in folders(person):
                _day(intake, day, person.name)


def _day(intake: Intake, folder: Path, person: str) -> None:
    # Upstream keeps no times; a trial is taken as one round through the motions.
    for path in sorted(files(folder, ".csv"), key=_trial):
        named = _NAME.fullmatch(path.name)
        if named is None or f"day{named[1]}" != folder.name:
            intake.skip(path, f"wanted D<day>M<motion>T<trial>.csv of {folder.name}")
            continue
        try:
            samples = read_matrix(path, 8) * COUNTS_PER_UNIT
        except FormatError as error:
            intake.skip(path, str(error))
            continue
        intake.add(path, person, folder.name, f"M{named[2]}", {"emg": samples})


def _trial(path: Path) -> int:
    named = _NAME.fullmatch(path.name)
    return int(named[3]) if named else 0
