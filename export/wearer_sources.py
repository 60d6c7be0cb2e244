"""Reads the recordings that a simulated wearer is fitted on: uci's fresh values, psl's raw packets."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import NotThereError

UCI_GESTURES = {
    1: "rest",
    2: "fist",
    3: "wrist flexion",
    4: "wrist extension",
    5: "radial deviation",
    6: "ulnar deviation",
}
UCI_COUNT_V = 1e-5  # one count of the armband in volts: every value in the files is a multiple of it
SHORTEST_S = 0.2  # a labelled stretch shorter than this is a slip of the marker
EMG_CELLS, IMU_CELLS = 11, 15


@dataclass(frozen=True, slots=True)
class Series:
    """One recording of one person: only the rows where a new value had arrived."""

    person: str
    number: int  # 1 or 2
    t_s: NDArray[np.float64]  # (time,)
    emg: NDArray[np.float64]  # (time, channel), counts
    marker: NDArray[np.int64]  # (time,): 0 unmarked, else a key of UCI_GESTURES


@dataclass(frozen=True, slots=True)
class Repetition:
    """One labelled stretch: about 10 ms between values in uci, 5 ms elsewhere."""

    person: str
    session: str
    gesture: str
    number: int  # 0 is the first of its gesture in the session
    t_s: NDArray[np.float64]  # (time,)
    emg: NDArray[np.float64]  # (time, channel), counts


@dataclass(frozen=True, slots=True)
class Word:
    """One signed word of psl, raw counts of both modalities."""

    person: str
    emg: NDArray[np.float64]  # (time, channel), 200 Hz
    imu: NDArray[np.float64]  # (time, 10), 50 Hz: quaternion wxyz, acceleration xyz, rotation rate xyz


def read_uci(root: Path) -> Iterator[Series]:
    """Every series under `root`; held values (about nine rows in ten) are dropped.

    Raises NotThereError where `root` holds no series.
    """
    files = sorted(root.glob("[0-9][0-9]/*.txt"))
    if not files:
        raise NotThereError(f"{root} holds no uci series; wanted NN/1_*.txt as unpacked from UCI id 481")
    for file in files:
        rows = [line.split() for line in file.read_text().splitlines()[1:]]
        table = np.array([row for row in rows if len(row) == 10], dtype=np.float64)
        emg = np.rint(table[:, 1:9] / UCI_COUNT_V)
        fresh = np.append(True, (np.diff(emg, axis=0) != 0).any(axis=1))
        fresh[1:] |= np.diff(table[:, 9]) != 0
        marker = table[fresh, 9].astype(np.int64)
        yield Series(file.parent.name, int(file.name[0]), table[fresh, 0] / 1000, emg[fresh], marker)


def repetitions(series: Series) -> Iterator[Repetition]:
    """The labelled stretches of a series, in order."""
    cuts = np.flatnonzero(np.diff(series.marker)) + 1
    seen: dict[str, int] = {}
    for start, end in zip(np.append(0, cuts), np.append(cuts, len(series.marker)), strict=True):
        gesture = UCI_GESTURES.get(int(series.marker[start]))
        if gesture is None or series.t_s[end - 1] - series.t_s[start] < SHORTEST_S:
            continue
        number = seen[gesture] = seen.get(gesture, -1) + 1
        times, emg = series.t_s[start:end], series.emg[start:end]
        yield Repetition(series.person, str(series.number), gesture, number, times, emg)


def read_psl(root: Path) -> Iterator[Word]:
    """Every word under `root` with at least 0.5 s of both modalities.

    Raises NotThereError where `root` holds no words.
    """
    files = sorted((root / "raw_data").glob("person*/*.csv"))
    if not files:
        raise NotThereError(f"{root} holds no psl words; wanted raw_data/personN/*_wNN.csv")
    for file in files:
        if re.search(r"_w\d+\.csv$", file.name) is None:
            continue
        emg, imu = _packets(file)
        if len(emg) >= 100 and len(imu) >= 25:
            yield Word(file.parent.name, np.array(emg, np.float64), np.array(imu, np.float64))


def _packets(file: Path) -> tuple[list[list[str]], list[list[str]]]:
    emg: list[list[str]] = []
    imu: list[list[str]] = []
    with file.open(newline="") as lines:
        for row in csv.reader(lines):
            if len(row) == EMG_CELLS and row[1] == "emg":
                emg.append(row[2:10])
            elif len(row) == IMU_CELLS and row[1] == "acc":
                imu.append(row[10:14] + row[2:5] + row[6:9])
    return emg, imu
