"""Small data sets in the layouts that their descriptions give; written without looking at the loaders."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


def emg_counts(seed: int, rows: int, channels: int = 8, full: int = 127) -> Counts:
    """Noise in the armband's range, different for every seed."""
    noise = np.random.default_rng(seed).normal(0, full / 5, (rows, channels))
    return np.clip(np.round(noise), -full - 1, full).astype(np.int64)


def csv_table(
    path: Path, table: NDArray[np.float64] | Counts, separator: str = ",", header: str = ""
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [separator.join(f"{value:g}" for value in row) for row in table]
    path.write_text("\n".join(([header] if header else []) + rows) + "\n")


# ---- myo-psl


def psl_word(
    path: Path,
    emg: Counts,
    imu: Counts,
    *,
    imu_late_s: float = 0.004,
    half_at_start: bool = False,
    stamps: int = 2,
    jitter_s: float = 0.004,
) -> None:
    """One file: packets of two EMG samples every 10 ms, an IMU packet every 20 ms, stamped as they arrive.

    `emg` (time, 8), `imu` (time, 10) = quaternion wxyz, acceleration, angular rate. The first IMU sample is
    taken `imu_late_s` after the first EMG sample of `emg`.
    """
    rng = np.random.default_rng(len(emg))
    begin = datetime(2018, 7, 4, 17, 31, 37)
    rows: list[tuple[float, list[str]]] = []
    for index, sample in enumerate(emg):
        packet = (index + half_at_start) // 2
        # A packet leaves when its second sample is there: index 1, 3, ... of whole packets, 5 ms apart.
        ready_s = (2 * packet + 1 - half_at_start) * 0.005
        second = (index + half_at_start) % 2
        at = ready_s + 0.002 + float(rng.uniform(0, jitter_s)) * (not second) + 0.0004 * second
        if second and rows:
            at = max(at, rows[-1][0] + 0.0004)
        rows.append((at, ["emg", *(str(value) for value in sample)]))
    for index, values in enumerate(imu):
        q, a, g = values[:4], values[4:7], values[7:]
        cells = ["acc", *map(str, a), "gyro", *map(str, g), "quat", *map(str, q)]
        rows.append((imu_late_s + index * 0.02 + 0.002 + float(rng.uniform(0, jitter_s)), cells))
    lines = []
    for at, cells in sorted(rows, key=lambda row: row[0]):
        stamp = (begin + timedelta(seconds=at)).isoformat()
        dongle = (begin + timedelta(seconds=at - 0.001)).isoformat()
        lines.append(",".join(f'"{cell}"' for cell in [stamp, *cells, *([dongle] if stamps == 2 else [])]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def imu_counts(seed: int, rows: int) -> Counts:
    rng = np.random.default_rng(1000 + seed)
    turning = np.stack(
        [np.arange(rows), np.arange(rows) * 2, np.arange(rows) * 3, np.full(rows, 16000)], axis=1
    )
    return np.concatenate([turning, rng.integers(-2048, 2048, (rows, 6))], axis=1)


def psl(
    root: Path, people: Sequence[str] = ("person1", "person7"), words: int = 2, repetitions: int = 3
) -> None:
    """Folders of words and the manifest; recording order is not name order: person7's words run backwards."""
    lines = ["person\tfile\toriginal_name\tsha256"]
    for number, person in enumerate(people):
        order = range(words) if number == 0 else reversed(range(words))
        for word in order:
            for repetition in range(repetitions):
                seed = 100 * number + 10 * word + repetition
                name = f"2018-07-04T17{word:02d}{repetition:02d}_{seed:02d}_w{word + 1:02d}.csv"
                path = root / "raw_data" / person / name
                psl_word(path, emg_counts(seed, 160), imu_counts(seed, 40))
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                lines.append(f"{person}\t{name}\t[{seed}]_{word}.csv\t{digest}")
    (root / "manifest.tsv").write_text("\n".join(lines) + "\n")


# ---- myo-uci


def uci(root: Path, people: Sequence[str] = ("01", "21"), hold: int = 9) -> None:
    """Two series a person; rows about 1 ms apart that hold the last value `hold` rows long."""
    for number, person in enumerate(people):
        for series in (1, 2):
            classes = np.repeat([0, *[c for _ in range(2) for k in range(1, 7) for c in (k, 0)]], 400)
            fresh = emg_counts(10 * number + series, len(classes) // hold + 1)
            held = np.repeat(fresh, hold, axis=0)[: len(classes)] * 1e-5
            time_ms = (
                np.arange(len(classes)) + 1 + np.arange(len(classes)) // 50
            )  # now and then a row is late
            table = np.column_stack([time_ms, held, classes])
            header = "\t".join(["time", *(f"channel{c}" for c in range(1, 9)), "class"])
            csv_table(root / person / f"{series}_raw_data_10-0{series}_11.04.16.txt", table, "\t", header)


# ---- myo-laval


def laval_session(folder: Path, seed: int, rows: int = 60) -> None:
    folder.mkdir(parents=True)
    for index in range(28):
        counts = emg_counts(1000 * seed + index, rows)
        (folder / f"classe_{index}.dat").write_bytes(counts.astype("<i2").tobytes())


def laval(root: Path) -> None:
    """Two people with three sessions, one with one; PreTraining Female7 is a copy of Female0's first test."""
    for number, person in enumerate(("Female0", "Male7")):
        for place, session in enumerate(("training0", "Test0", "Test1")):
            laval_session(root / "EvaluationDataset" / person / session, 10 * number + place)
    laval_session(root / "PreTrainingDataset" / "Male7" / "training0", 50)
    copy = root / "PreTrainingDataset" / "Female7" / "training0"
    laval_session(copy, 1)


# ---- myo-longterm30, myo-ciil, myo-disco


def longterm30(root: Path, days: int = 11, motions: int = 3, trials: int = 2) -> None:
    for day in range(1, days + 1):
        for motion in range(1, motions + 1):
            for trial in range(1, trials + 1):
                table = emg_counts(1000 * day + 10 * motion + trial, 300) / 128.0
                csv_table(root / "data" / "sub1" / f"day{day}" / f"D{day}M{motion}T{trial}.csv", table)


def ciil_session(folder: Path, seed: int, repetitions: int) -> None:
    for repetition in range(repetitions):
        for gesture in range(5):
            counts = emg_counts(100 * seed + 10 * repetition + gesture, 60)
            csv_table(folder / f"R_{repetition}_C_{gesture}.csv", counts)
    (folder / "metadata.json").write_text("{}")


def ciil(root: Path) -> None:
    """One subject of the moved band (with the trial before the move), one of one second of training."""
    shift = root / "ElectrodeShift" / "subject13"
    ciil_session(shift / "training", 1, 5)
    for trial in range(5):
        ciil_session(shift / f"trial_{trial}", 10 + trial, 2)
    minimal = root / "MinimalTrainingData" / "subject13"
    ciil_session(minimal / "train", 30, 1)
    ciil_session(minimal / "test" / "trial_0", 31, 3)
    ciil_session(minimal / "test" / "trial_1", 32, 2)


def disco(root: Path) -> None:
    """Two days and one arm position; day 2 holds one file of day 1, and the metadata lies about class 7."""
    for place, session in enumerate(("day1", "day2", "positions/1")):
        for repetition in range(3):
            for gesture in range(10):
                counts = emg_counts(1000 * place + 10 * repetition + gesture, 60)
                csv_table(root / "S7" / session / f"R_{repetition}_C_{gesture}_EMG.csv", counts)
    one = (root / "S7" / "day1" / "R_2_C_5_EMG.csv").read_text()
    (root / "S7" / "day2" / "R_2_C_5_EMG.csv").write_text(one)
    (root / "S7" / "day1" / "metadata.json").write_text('{"R_0_C_7": {"class_name": "thumbs_up"}}')


# ---- myo-lis, 3dc, flexemg


def lis(root: Path, letters: str = "AB", repetitions: int = 2) -> None:
    """Letters on two days; orientation is x y z w and turns with the row."""
    for place, letter in enumerate(letters):
        for repetition in range(repetitions):
            day = f"2{6 + repetition % 2}/06/20/22:{place:02d}:{repetition:02d}"
            imu = [
                {
                    "gyroscope": [1.0, -2.0, row / 16],
                    "acceleration": [0.0, 0.5, 1.0],
                    "orientation": [0.0, 0.5, 0.25, 0.75],
                }
                for row in range(400)
            ]
            content = {
                "timestamp": day,
                "duration": 2000,
                "emg": {"frequency": 200, "data": emg_counts(10 * place + repetition, 400).tolist()},
                "imu": {"frequency": 200, "data": imu},
            }
            path = root / "Dataset" / letter / f"{place}{repetition}c5a07.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content))


def threedc(root: Path, cycles: int = 2) -> None:
    for place, session in enumerate(("train", "test")):
        for cycle in range(cycles):
            for gesture in range(11):
                seed = 1000 * place + 100 * cycle + gesture
                folder = root / "Participant1" / session
                rows = 400 + gesture
                csv_table(
                    folder / "EMG" / f"3dc_EMG_gesture_{cycle}_{gesture}.txt", emg_counts(seed, rows, 10, 500)
                )
                imu = folder / "IMU" / f"3dc_IMU_gesture_{cycle}_{gesture}.txt"
                imu.parent.mkdir(parents=True, exist_ok=True)
                imu.write_text("\n".join(["(0, 0, 0, 0)"] + ["(0.5, -0.5, 0.5, 0.5)"] * 19) + "\n")


def flexemg(root: Path) -> None:
    from scipy.io import savemat

    for place, session in enumerate(("001-Session1Test", "001-Session1Train")):
        folder = root / "data" / session
        folder.mkdir(parents=True)
        raw = np.random.default_rng(place).integers(9000, 12000, (290, 96)).astype(np.uint16)
        plan = {
            "lsbmV": 0.00305176,
            "labelnames": np.array(["Fist", "Raise", "Lower", "Open"], dtype=object),
            "numlabels": 4,
            "sequence": [3, 4, 2, 1],
            "reps": 1,
            "timegest": 50,
            "timerest": 50,
        }
        savemat(folder / "001-001.mat", {"raw": raw, "p": plan})


# ---- folder

DATASET_TOML = """
name = "our lab"
rest = "still"
[streams.emg]
rate_hz = 200
channels = 4
unit = "count"
[streams.imu]
rate_hz = 50
channels = 3
unit = "count"
"""


def folder(root: Path) -> None:
    """Two people, two sessions; labels still, hand_close and key_turn; anna's are .csv, ben's .npy."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "dataset.toml").write_text(DATASET_TOML)
    for p, person in enumerate(("anna", "ben")):
        for s, session in enumerate(("day1", "day2")):
            for g, label in enumerate(("still", "hand_close", "key_turn")):
                for repetition in (1, 2, 10):
                    seed = 1000 * p + 100 * s + 30 * g + repetition
                    stem = root / person / session / f"{label}_{repetition}"
                    stem.parent.mkdir(parents=True, exist_ok=True)
                    emg, imu = emg_counts(seed, 80, 4), emg_counts(seed + 9000, 20, 3)
                    if person == "anna":
                        csv_table(stem.with_name(stem.name + ".csv"), emg)
                        csv_table(stem.with_name(stem.name + ".imu.csv"), imu)
                    else:
                        np.save(stem.with_name(stem.name + ".npy"), emg.astype(np.int16))
                        np.save(stem.with_name(stem.name + ".imu.npy"), imu.astype(np.int16))
