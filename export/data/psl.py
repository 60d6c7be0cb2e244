"""Reads myo-psl: one sign-language word a file, EMG and IMU rows interleaved as they came off the air."""

import csv
import hashlib
import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.export.data.intake import Intake
from myoedge.export.data.matrix import Matrix
from myoedge.export.data.naming import files, folders, wanted_folder

EMG_PERIOD_S, IMU_PERIOD_S = 0.005, 0.020
EMG_PER_IMU = 4
SHORTEST_S = 0.5  # a word takes about 2 s; less is a recording that broke off
HALF_PACKET = "half a packet at the start or end of a file left out (one sample)"
_NAME = re.compile(r".+_(w\d\d)\.csv")
# Columns after the arrival stamp; a second stamp (of the dongle) may follow.
_EMG_CELLS, _IMU_CELLS = 9, 13
_IMU_WORDS = ["gyro", "quat"]


@dataclass(frozen=True, slots=True)
class Rows:
    """One file's rows by kind, with the arrival time of each."""

    emg: Matrix  # (time, 8) int8 counts
    emg_s: NDArray[np.float64]
    imu: Matrix  # (time, 10) int16 counts: quaternion wxyz, acceleration xyz, angular rate xyz
    imu_s: NDArray[np.float64]


def load(root: Path, intake: Intake) -> None:
    """Every person folder, files in the order of manifest.tsv, which is the order of recording."""
    raw = wanted_folder(root, "raw_data", "myo-psl")
    manifest = _manifest(root / "manifest.tsv", intake)
    for person in folders(raw):
        if intake.wants(person.name):
            for path, digest in _listed(person, manifest, intake):
                _word(intake, person.name, path, digest)


def _word(intake: Intake, person: str, path: Path, digest: str) -> None:
    named = _NAME.fullmatch(path.name)
    try:
        if named is None:
            raise FormatError("wanted a name that ends in _w<number>.csv")
        rows = read_rows(path, digest)
        rows, halves = whole_packets(rows)
        signals = one_clock(rows)
    except FormatError as error:
        intake.skip(path, str(error))
        return
    if intake.add(path, person, "all", named[1], signals) and halves:
        intake.mended(HALF_PACKET, halves, path)


def read_rows(path: Path, digest: str = "") -> Rows:
    """Both kinds of rows; FormatError names the first bad row, or a sha256 that is not the manifest's."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FormatError("listed in manifest.tsv but not there") from None
    if digest and hashlib.sha256(content).hexdigest() != digest:
        raise FormatError("its sha256 is not the one in manifest.tsv: torn or altered")
    emg: list[list[str]] = []
    imu: list[list[str]] = []
    emg_s: list[float] = []
    imu_s: list[float] = []
    for number, row in enumerate(csv.reader(content.decode("ascii", "replace").splitlines()), 1):
        kind = row[1] if len(row) > 1 else ""
        if kind == "emg" and len(row) in (1 + _EMG_CELLS, 2 + _EMG_CELLS):
            emg.append(row[2:10])
            emg_s.append(_arrival_s(row, 1 + _EMG_CELLS, number))
        elif (
            kind == "acc"
            and len(row) in (1 + _IMU_CELLS, 2 + _IMU_CELLS)
            and row[5::4][:2] == ["gyro", "quat"]
        ):
            imu.append(row[10:14] + row[2:5] + row[6:9])
            imu_s.append(_arrival_s(row, 1 + _IMU_CELLS, number))
        else:
            raise FormatError(f"row {number} with {len(row)} cells is neither an EMG nor an IMU row")
    return Rows(_numbers(emg, 8), np.array(emg_s), _numbers(imu, 10), np.array(imu_s))


def whole_packets(rows: Rows) -> tuple[Rows, int]:
    """The rows with whole two-sample EMG packets only, and the count of half packets cut off (0 to 2).

    A packet's two rows arrive 0.4 ms apart, packets about 10 ms: the smaller gap tells where one starts.
    """
    gaps = np.diff(rows.emg_s)
    if len(gaps) < 4:
        raise FormatError(f"{len(rows.emg)} EMG rows, wanted at least {SHORTEST_S:g} s of them")
    first = int(np.median(gaps[1::2]) < np.median(gaps[0::2]))
    last = (len(rows.emg) - first) % 2
    kept = slice(first, len(rows.emg) - last)
    return replace(rows, emg=rows.emg[kept], emg_s=rows.emg_s[kept]), first + last


def one_clock(rows: Rows) -> dict[str, Matrix]:
    """EMG and IMU that start within half an EMG packet (5 ms) of each other and end together.

    A stream's start is the median of arrival minus index x period, so radio jitter (up to 76 ms) drops out.
    Whole leading packets are dropped from the stream that starts earlier; `rows` begins with a whole packet.
    """
    if len(rows.imu) * IMU_PERIOD_S < SHORTEST_S or len(rows.emg) * EMG_PERIOD_S < SHORTEST_S:
        raise FormatError(
            f"{len(rows.emg)} EMG and {len(rows.imu)} IMU rows, wanted at least {SHORTEST_S:g} s of both"
        )
    # Both samples of a packet carry the arrival of the second: half a period too late in the median.
    emg_start_s = _start_s(rows.emg_s, EMG_PERIOD_S) - EMG_PERIOD_S / 2
    late_s = _start_s(rows.imu_s, IMU_PERIOD_S) - emg_start_s
    early_rows = max(0, math.ceil(-late_s / IMU_PERIOD_S - 0.25))
    late_packets = max(0, round((late_s + early_rows * IMU_PERIOD_S) / (2 * EMG_PERIOD_S)))
    emg, imu = rows.emg[2 * late_packets :], rows.imu[early_rows:]
    packets = min(len(imu), math.ceil(len(emg) / EMG_PER_IMU))
    return {"emg": emg[: packets * EMG_PER_IMU], "imu": imu[:packets]}


def _start_s(arrival_s: NDArray[np.float64], period_s: float) -> float:
    return float(np.median(arrival_s - np.arange(len(arrival_s)) * period_s))


def _arrival_s(row: list[str], one_stamp: int, number: int) -> float:
    # With two stamps the last is the dongle's, nearer to the air; person0 and a few rows may carry one alone.
    stamp = row[-1] if len(row) > one_stamp else row[0]
    try:
        return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise FormatError(f"row {number} has the time {stamp!r}, wanted ISO 8601") from None


def _numbers(cells: list[list[str]], columns: int) -> Matrix:
    try:
        return np.array(cells, dtype=np.int64).astype(np.float64).reshape(-1, columns)
    except ValueError:
        raise FormatError("a cell that should be a whole number is not") from None


def _manifest(path: Path, intake: Intake) -> dict[str, dict[str, str]]:
    """Person to file to sha256, in recording order; empty when the set came without its manifest."""
    if not path.is_file():
        intake.note("no manifest.tsv: files taken in the order of their names, contents not checked")
        return {}
    listed: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t"):
        if row.get("person") and row.get("file"):
            listed.setdefault(row["person"], {})[row["file"]] = row.get("sha256") or ""
    return listed


def _listed(person: Path, manifest: dict[str, dict[str, str]], intake: Intake) -> list[tuple[Path, str]]:
    if not manifest:
        return [(path, "") for path in files(person, ".csv")]
    names = manifest.get(person.name, {})
    for path in files(person, ".csv"):
        if path.name not in names:
            intake.skip(path, "not listed in manifest.tsv")
    return [(person / name, digest) for name, digest in names.items()]
