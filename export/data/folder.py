"""Reads `folder`, your own recordings: PERSON/SESSION/LABEL_REPETITION.csv (or .npy) by a dataset.toml."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.edge.stream import StreamSpec
from myoedge.export.data.intake import Intake
from myoedge.export.data.matrix import Matrix, read_matrix
from myoedge.export.data.naming import folders, natural
from myoedge.export.data.table import DatasetSpec

UNITS = ("count", "microvolt", "volt")
SUFFIXES = (".csv", ".npy")
_NAME = re.compile(r"(.+)_(\d+)")
_EXAMPLE = 'wanted name = "..." , rest = "..." and [streams.emg] with rate_hz, channels and unit'


def declared(spec: DatasetSpec, root: Path) -> DatasetSpec:
    """The table's line completed from dataset.toml; NotThereError without it, FormatError for a wrong one."""
    path = root / "dataset.toml"
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotThereError(f"no dataset.toml in {root}: {_EXAMPLE}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"{path} is no TOML ({error}): {_EXAMPLE}") from None
    name, rest, streams = said.get("name"), said.get("rest"), said.get("streams")
    if not isinstance(name, str) or not isinstance(rest, str):
        raise FormatError(f"{path} needs name and rest as texts: {_EXAMPLE}")
    if not isinstance(streams, dict) or "emg" not in streams:
        raise FormatError(f"{path} has no [streams.emg]: {_EXAMPLE}")
    specs = {modality: _stream(path, modality, table) for modality, table in streams.items()}
    return replace(spec, source=name, native_rest=rest, streams=specs)


def load(root: Path, intake: Intake) -> None:
    """Every PERSON folder; sessions in the order of their names, repetitions by label and number."""
    for person in folders(root):
        if not intake.wants(person.name):
            continue
        for session in folders(person):
            for path in _recordings(session, intake):
                _recording(intake, path, person.name, session.name)


def _recording(intake: Intake, path: Path, person: str, session: str) -> None:
    named = _NAME.fullmatch(path.stem)
    if named is None:
        intake.skip(path, "wanted LABEL_REPETITION.csv or .npy, as fist_1.csv")
        return
    signals = {}
    try:
        for modality, spec in intake.spec.streams.items():
            found = _file_of(path, modality)
            if found is not None:
                signals[modality] = _samples(found, spec)
    except FormatError as error:
        intake.skip(path, str(error))
        return
    # What this folder calls no gesture has one name everywhere.
    label = "rest" if named[1] == intake.spec.native_rest else ""
    if intake.add(path, person, session, named[1], signals, label=label):
        for modality in intake.spec.streams.keys() - signals.keys():
            intake.mended(f"recording without its .{modality} file", path=path)


def _file_of(path: Path, modality: str) -> Path | None:
    """The file that holds a modality of the repetition whose EMG is `path`; None when it has none."""
    if modality == "emg":
        return path
    beside = (path.with_name(f"{path.stem}.{modality}{suffix}") for suffix in SUFFIXES)
    return next((candidate for candidate in beside if candidate.is_file()), None)


def _recordings(session: Path, intake: Intake) -> list[Path]:
    """EMG files, round by round of the labels; `fist_1.imu.csv` is a second stream of `fist_1.csv`."""
    found = []
    for path in (p for p in session.iterdir() if p.suffix in SUFFIXES and not p.name.startswith(".")):
        stem, dot, modality = path.stem.rpartition(".")
        if not dot:
            found.append(path)
        elif modality not in intake.spec.streams:
            intake.skip(path, f"dataset.toml has no [streams.{modality}]")
        elif not any(path.with_name(stem + suffix).is_file() for suffix in SUFFIXES):
            intake.skip(path, f"no {stem}.csv or .npy beside it")
    return sorted(found, key=lambda path: (_round(path), natural(path.name)))


def _round(path: Path) -> int:
    named = _NAME.fullmatch(path.stem)
    return int(named[2]) if named else 0


def _samples(path: Path, spec: StreamSpec) -> Matrix:
    samples = read_matrix(path, spec.channels) if path.suffix == ".csv" else _array(path)
    if samples.ndim != 2 or samples.shape[1] != spec.channels:
        raise FormatError(f"{path.name} has shape {samples.shape}, wanted (time, {spec.channels})")
    if not np.isfinite(samples).all():
        raise FormatError(f"{path.name} holds NaN or infinity")
    return samples


def _array(path: Path) -> Matrix:
    try:
        loaded = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise FormatError(f"{path.name} is no whole .npy file of numbers ({error})") from None
    if not isinstance(loaded, np.ndarray) or loaded.dtype.kind not in "iuf":
        raise FormatError(f"{path.name} holds no plain numbers")
    return np.asarray(loaded, dtype=np.float64)


def _stream(path: Path, modality: str, table: Any) -> StreamSpec:
    where = f"{path} [streams.{modality}]"
    if not isinstance(table, dict):
        raise FormatError(f"{where} is no table: {_EXAMPLE}")
    rate_hz, channels, unit = table.get("rate_hz"), table.get("channels"), table.get("unit")
    if isinstance(rate_hz, bool) or not isinstance(rate_hz, int | float) or not 0 < rate_hz < float("inf"):
        raise FormatError(f"{where} has rate_hz {rate_hz!r}, wanted samples a second above 0")
    if isinstance(channels, bool) or not isinstance(channels, int) or channels < 1:
        raise FormatError(f"{where} has channels {channels!r}, wanted a whole number from 1")
    if unit not in UNITS:
        raise FormatError(f"{where} has unit {unit!r}, wanted one of {', '.join(UNITS)}")
    return StreamSpec(rate_hz=float(rate_hz), channels=channels, unit=unit)
