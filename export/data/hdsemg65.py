"""Reads hdsemg65 (Malesevic et al. 2021, Scientific Data 8:63): MATLAB v7.3, 6.5 GB a person, in slices."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.export.data.blocks import REST, Block, cut
from myoedge.export.data.deferred import Deferred, Piece, Signal, pooled
from myoedge.export.data.intake import Intake
from myoedge.export.data.naming import natural, ranges
from myoedge.export.data.spec import DatasetSpec

GRIDS = ("emg_flexors", "emg_extensors")
SIDE = 8
LOOKS, LOOK_ROWS = 12, 2048  # places of a file that are looked at for still and wrapped lines; our choice
STANDS_OUT = 1.5  # times the middle line's strength; our choice
LABEL_ROWS = 1 << 20  # of a label column in memory at once
_NAME = re.compile(r"s(\d+)\.mat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """What a glance over a file's EMG showed."""

    wrapped: tuple[int, ...]  # columns set to 0: differences between contacts that are no neighbours
    still: tuple[int, ...]  # columns without a signal
    said: str  # why these are taken for wrapped


def declared(spec: DatasetSpec, root: Path) -> DatasetSpec:
    """As many axes of force as the first whole file has."""
    for path in _people(root).values():
        try:
            with _opened(path) as file:
                if "force" in file:
                    force = replace(spec.streams["force"], channels=min(_shape(file, "force")))
                    return replace(spec, streams={**spec.streams, "force": force})
        except FormatError:
            continue  # load says what is wrong with it
    return spec


def load(root: Path, intake: Intake) -> None:
    """Every person s1 to s20; only labels and a few slices are read, the rest when a repetition is used."""
    people = _people(root)
    for path in sorted(set(root.rglob("*.mat")) - set(people.values())):
        intake.skip(path, "wanted s<number>.mat, once each")
    for subject, path in people.items():
        if intake.wants(f"s{subject}"):
            try:
                _person(intake, path, f"s{subject}")
            except FormatError as error:
                intake.skip(path, str(error))


def read(path: Path, modality: str, every: int, start: int, stop: int) -> Signal:
    """Rows of the EMG (both grids, wrapped lines 0) or of the force, as Deferred asks for them."""
    with _opened(path) as file:
        if modality == "force":
            samples = pooled(np.asarray(file["force"][:, start * every : stop * every]).T, every)
        else:
            samples = np.concatenate([_grid(file, name, start, stop) for name in GRIDS], axis=1)
    if not np.isfinite(samples).all():
        bad = np.flatnonzero(~np.isfinite(samples).all(axis=0)).tolist()
        met = f"{path.name} {modality} rows {start}..{stop - 1} hold NaN in columns {bad}"
        raise FormatError(f"{met}, wanted numbers; leave this person out, or mend the file")
    if modality == "emg":
        samples[:, list(_look(path, path.stat().st_mtime_ns).wrapped)] = 0.0
    return samples


def _people(root: Path) -> dict[int, Path]:
    found: dict[int, Path] = {}
    for path in sorted(root.rglob("*.mat"), key=lambda path: natural(path.as_posix())):
        named = _NAME.fullmatch(path.name)
        if named and not path.name.startswith("."):
            found.setdefault(int(named[1]), path)
    return {subject: found[subject] for subject in sorted(found)}


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The HDF5 file; FormatError for one that is torn or of another kind, wherever that shows."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, KeyError, RuntimeError) as error:
        raise FormatError(f"is no whole MATLAB v7.3 file ({' '.join(str(error).split())})") from None


def _shape(file: Any, name: str) -> tuple[int, ...]:
    if name not in file or not hasattr(file[name], "shape"):
        raise FormatError(f"no {name}; it holds {', '.join(sorted(file)) or 'nothing'}")
    if file[name].dtype.kind not in "biuf":
        raise FormatError(f"{name} holds no plain numbers")
    return tuple(file[name].shape)


def _person(intake: Intake, path: Path, person: str) -> None:
    with _opened(path) as file:
        rows = _rows(intake, path, file)
        labels, repetitions = (
            _column(intake, path, file, name)[: rows["shortest"]]
            for name in ("adjusted_class", "adjusted_repetition")
        )
        forced = "force" in intake.kept and "force" in file
        if "force" in intake.kept and not forced:
            intake.mended("without force: its repetitions have EMG alone", path=path)
        if forced and min(_shape(file, "force")) != intake.spec.streams["force"].channels:
            met, wanted = min(_shape(file, "force")), intake.spec.streams["force"].channels
            raise FormatError(f"force has {met} axes, the first file {wanted}; wanted the same in all")
    emg_hz = intake.spec.streams["emg"].rate_hz
    every = {"emg": 1, **({"force": round(emg_hz / intake.spec.streams["force"].rate_hz)} if forced else {})}
    _say_looks(intake, path)
    made = cut(labels, repetitions, emg_hz, max(every.values()))
    if made.slips:
        intake.mended("run of a label shorter than 0.2 s left out", made.slips, path, f"{made.slips}")
    if made.unnumbered:
        text = "movement without a repetition number, counted in order"
        intake.mended(text, made.unnumbered, path, f"{made.unnumbered}")
    _say_labels(intake, path, made.blocks)
    for block in made.blocks:
        pieces = {name: Piece(block.start // e, block.stop // e, e) for name, e in every.items()}
        at = f"rows {block.start}..{block.stop - 1}"
        signals = Deferred(read, path, pieces)
        intake.add(path, person, "all", str(block.label), signals, at=at, number=block.number)


def _rows(intake: Intake, path: Path, file: Any) -> Mapping[str, int]:
    """Length of every signal, and the shortest; FormatError when a grid is missing or of another clock."""
    rows = {}
    for name in GRIDS:
        shape = _shape(file, name)
        if len(shape) != 3 or shape[:2] != (SIDE, SIDE):
            raise FormatError(f"{name} has shape {shape} in HDF5, wanted ({SIDE}, {SIDE}, time)")
        rows[name] = shape[2]
    if "force" in file and "force" in intake.kept:
        shape = _shape(file, "force")
        if len(shape) != 2 or shape[0] > shape[1]:
            raise FormatError(f"force has shape {shape} in HDF5, wanted (axis, time)")
        rows["force"] = shape[1]
    odd = max(rows.values()) - min(rows.values())
    if odd > intake.spec.streams["emg"].rate_hz:
        raise FormatError(f"lengths differ: {rows}; wanted all on one clock of 2048 Hz")
    if odd:
        intake.mended("signals of unequal length cut to the shortest", path=path, detail=f"{odd} rows")
    return {**rows, "shortest": min(rows.values())}


def _column(intake: Intake, path: Path, file: Any, name: str) -> NDArray[np.int64]:
    """A label column, read in slices; what was shown stands for what was done where that is missing."""
    if name not in file:
        shown = name.removeprefix("adjusted_")
        intake.mended(f"without {name}: {shown}, which is what was shown, stands for it", path=path)
        name = shown
    shape = _shape(file, name)
    if len(shape) != 2 or 1 not in shape:
        raise FormatError(f"{name} has shape {shape}, wanted one column")
    parts = []
    for start in range(0, max(shape), LABEL_ROWS):
        slices = (slice(start, start + LABEL_ROWS) if n == max(shape) else slice(None) for n in shape)
        part = np.asarray(file[name][tuple(slices)]).ravel()
        if not np.isfinite(part).all() or (part != np.round(part)).any() or np.abs(part).max() > 1000:
            raise FormatError(f"{name} holds values that are no small whole numbers")
        parts.append(part.astype(np.int16))
    return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, dtype=np.int64)


def _grid(file: Any, name: str, start: int, stop: int) -> NDArray[np.float32]:
    """Rows of one grid, (time, 64): column = 8 x the second MATLAB index + the third."""
    cube = np.asarray(file[name][:, :, start:stop], dtype=np.float32)  # (third, second, time)
    return np.ascontiguousarray(cube.transpose(2, 1, 0)).reshape(-1, SIDE * SIDE)


@lru_cache(maxsize=64)
def _look(path: Path, _written_ns: int) -> Look:
    """Which line of each grid wraps, by its strength, and which columns stand still."""
    wrapped: list[int] = []
    still: list[int] = []
    said = []
    with _opened(path) as file:
        for turn, name in enumerate(GRIDS):
            rows = file[name].shape[2]
            starts = np.linspace(0, max(0, rows - LOOK_ROWS), LOOKS).astype(int)
            samples = np.concatenate([_grid(file, name, s, s + LOOK_ROWS) for s in starts.tolist()])
            columns, why = _wrapped_line(samples.astype(np.float64))
            first = SIDE * SIDE * turn
            wrapped += [first + column for column in columns]
            still += (first + np.flatnonzero(np.ptp(samples, axis=0) == 0)).tolist()
            said.append(f"{name.removeprefix('emg_')} {why}")
    return Look(tuple(wrapped), tuple(still), "; ".join(said))


def _wrapped_line(samples: NDArray[np.float64]) -> tuple[list[int], str]:
    """The line of 8 whose differences jump from one row of contacts to the next.

    The first index of the third dimension by the set's documents; another one only where it stands out.
    """
    strength = np.nan_to_num(samples).std(axis=0).reshape(SIDE, SIDE)  # (second, third)
    grid = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    lines = {f"third index {i}": (grid[:, i], strength[:, i]) for i in range(SIDE)}
    lines |= {f"second index {i}": (grid[i], strength[i]) for i in range(SIDE)}
    middle = max(float(np.median(strength)), 1e-30)
    ratio = {name: float(np.median(one)) / middle for name, (_, one) in lines.items()}
    best = max(ratio, key=ratio.__getitem__)
    documented = "third index 0"
    chosen = best if ratio[best] >= STANDS_OUT and ratio[documented] < STANDS_OUT else documented
    return lines[chosen][0].tolist(), f"{chosen} (from 0), {ratio[chosen]:.1f} x the middle"


def _say_looks(intake: Intake, path: Path) -> None:
    look = _look(path, path.stat().st_mtime_ns)
    intake.mended("line of a grid that wraps to the next row of contacts set to 0", 2, path, look.said)
    still = sorted(set(look.still) - set(look.wrapped))
    if still:
        intake.mended("emg columns without a signal (dead, or no electrode)", 1, path, f"{still}")


def _say_labels(intake: Intake, path: Path, blocks: tuple[Block, ...]) -> None:
    """Movements and repetitions that are missing, the repeated block, rest that is not there."""
    done = Counter((block.label, block.number) for block in blocks if block.label != REST)
    labels, numbers = {label for label, _ in done}, {number for _, number in done}
    if not any(block.label == REST for block in blocks):
        intake.mended("no rest (class 0)", path=path)
    if absent := sorted(set(range(1, max(labels, default=0) + 1)) - labels):
        intake.mended("movements that are not in the file", 1, path, ranges(absent))
    for label in sorted(labels):
        if without := [number + 1 for number in sorted(numbers) if (label, number) not in done]:
            intake.mended("movement without some repetition", 1, path, f"{label} lacks {ranges(without)}")
    if twice := sorted({label for (label, _), count in done.items() if count > 1}):
        intake.mended("label with two blocks a repetition (on one side of every fold)", 1, path, f"{twice}")
