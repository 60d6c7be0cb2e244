"""Reads myo-uci (Lobov et al., Sensors 18(4):1122, 2018): two series a person, six gestures twice in each."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.export.data.intake import Intake
from myoedge.export.data.matrix import Matrix, read_matrix
from myoedge.export.data.naming import files, folders

COUNTS_PER_VOLT = 1e5  # the file's step of 1e-5 V; values run from -128 to 127 steps
PERIOD_MS = 5.0  # of the 200 Hz grid
SHORTEST_MS = 200.0  # a run of one class below this is a slip of the label column
UNMARKED = 0
_NAME = re.compile(r"([12])_raw_data_.*\.txt")


def load(root: Path, intake: Intake) -> None:
    """Every numbered folder; file 1_* is series1, 2_* is series2."""
    for person in folders(root):
        if not person.name.isdigit() or not intake.wants(person.name):
            continue
        for path in files(person, ".txt"):
            named = _NAME.fullmatch(path.name)
            if named is None:
                intake.skip(path, "wanted 1_raw_data_*.txt or 2_raw_data_*.txt")
                continue
            try:
                table = _checked(read_matrix(path, 10, separator="\t", header=True))
            except FormatError as error:
                intake.skip(path, str(error))
                continue
            _series(intake, path, person.name, f"series{named[1]}", table)


def continuous(root: Path, person: str, series: int) -> tuple[Matrix, NDArray[np.int64]]:
    """A whole recording as it ran, marked or not: (time, channel) counts at 200 Hz and the class of each row.

    Raises NotThereError when the person or series is not there, FormatError when it is broken.
    """
    folder = root / person
    found = files(folder, ".txt") if folder.is_dir() else []
    path = next((path for path in found if path.name.startswith(f"{series}_")), None)
    if path is None:
        raise NotThereError(f"no series {series} of person {person} in {root}; wanted the unpacked myo-uci")
    table = _checked(read_matrix(path, 10, separator="\t", header=True))
    samples = on_grid(table[:, 0], table[:, 1:9] * COUNTS_PER_VOLT)
    at = np.searchsorted(table[:, 0], table[0, 0] + PERIOD_MS * np.arange(len(samples)), side="right") - 1
    return samples, table[at, 9].astype(np.int64)


def _series(intake: Intake, path: Path, person: str, session: str, table: Matrix) -> None:
    classes = table[:, 9].astype(np.int64)
    edges = np.flatnonzero(np.diff(classes)) + 1
    for start, stop in zip([0, *edges], [*edges, len(classes)], strict=True):
        if classes[start] == UNMARKED:
            continue
        t_ms, volts = table[start:stop, 0], table[start:stop, 1:9]
        if t_ms[-1] - t_ms[0] < SHORTEST_MS:
            intake.mended(f"run of one class shorter than {SHORTEST_MS:g} ms left out", path=path)
            continue
        samples = on_grid(t_ms, volts * COUNTS_PER_VOLT)
        native = str(classes[start])
        intake.add(path, person, session, native, {"emg": samples}, at=f"rows {start + 2}..{stop + 1}")


def on_grid(t_ms: NDArray[np.float64], counts: Matrix) -> Matrix:
    """Rows about 1 ms apart that mostly repeat the last value, to 200 Hz, (time, channel).

    Only fresh rows are kept (a row is fresh when any channel changed, about 104 a second) and joined by
    straight lines. Holding the last value lowers wave length over mean absolute value from 0.73 to 0.52
    (a live armband: 1.6) and costs 1.4 points from series 1 to 2 (12 people, log time-domain +
    covariance features: 96.2 % against 94.8 % held, 94.9 % averaged in bins of 5 ms).
    """
    fresh = np.concatenate([[True], np.any(np.diff(counts, axis=0) != 0, axis=1)])
    grid = np.arange(t_ms[0], t_ms[-1], PERIOD_MS)
    known = t_ms[fresh]
    lines = [np.interp(grid, known, counts[fresh, channel]) for channel in range(counts.shape[1])]
    return np.stack(lines, axis=1)


def _checked(table: Matrix) -> Matrix:
    if not np.isfinite(table).all():
        raise FormatError("holds NaN or infinity")
    back = np.flatnonzero(np.diff(table[:, 0]) <= 0)
    if len(back):
        raise FormatError(f"row {back[0] + 3}: time goes back or stands still")
    classes = np.unique(table[:, 9])
    if not np.isin(classes, np.arange(8)).all():
        raise FormatError(f"classes {classes.tolist()}, wanted 0 to 7")
    return table
