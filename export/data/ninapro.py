"""Reads NinaPro DB1, 2, 3, 5, 7 and 8 (ninapro.hevs.ch): MATLAB v5, one file an exercise."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from myoedge.edge.errors import FormatError
from myoedge.export.data import matlab
from myoedge.export.data.blocks import Block, cut
from myoedge.export.data.deferred import Deferred, Piece, Signal, pooled
from myoedge.export.data.intake import Intake
from myoedge.export.data.naming import ranges
from myoedge.export.data.ninapro_db8 import db8_declared, same_rate
from myoedge.export.data.ninapro_files import (
    WANTED,
    Column,
    File,
    columns_of,
    global_labels,
    odd_numbers,
    people_of,
)
from myoedge.export.data.ninapro_layout import LAYOUTS, Layout
from myoedge.export.data.repetition import Hand
from myoedge.export.data.spec import DatasetSpec

MOST_ODD_ROWS_S = 1.0  # our choice: signals and labels may end so far apart
HELD = 8  # variables kept of what was read last: those of one file
DB8 = "ninapro-db8"


def declared(spec: DatasetSpec, root: Path) -> DatasetSpec:
    """DB8's streams as its files have them; the other sets as the table has them."""
    return db8_declared(spec, root) if spec.key == DB8 else spec


def load(root: Path, intake: Intake) -> None:
    """Every subject s1, s2, ...; exercises (DB8: acquisitions) in the order of their numbers."""
    layout = LAYOUTS[intake.spec.key]
    people, strange = people_of(root)
    for path in strange:
        intake.skip(path, f"wanted {WANTED}")
    for subject, found in people.items():
        person = f"s{subject}"
        if not intake.wants(person):
            continue
        intake.wearer(person, _hand(layout, subject), subject in layout.amputees)
        seen: set[tuple[int, int]] = set()
        for file in found:
            try:
                if (file.exercise, file.acquisition) in seen:
                    raise FormatError(f"exercise {file.exercise} of {person} is there twice; wanted it once")
                seen.add((file.exercise, file.acquisition))
                _file(intake, layout, file, person)
            except FormatError as error:
                intake.skip(file.path, str(error))


def read(path: Path, modality: str, every: int, start: int, stop: int) -> Signal:
    """Rows of one variable, as Deferred asks for them; FormatError when the file is not what it was."""
    return _whole(path, path.stat().st_mtime_ns, modality, every)[0][start:stop].copy()


@lru_cache(maxsize=HELD)
def _whole(path: Path, _written_ns: int, modality: str, every: int) -> tuple[Signal, tuple[str, ...]]:
    """A variable, means of `every` rows, with its holes mended, and what was mended."""
    samples = matlab.matrix(path, modality)
    holes = ~np.isfinite(samples)
    said = []
    if holes.any():
        samples = np.array(samples, dtype=np.float32)
        lost = np.flatnonzero(holes.all(axis=0))
        samples[:, lost] = 0.0
        if len(lost):
            said.append(f"{modality} columns that are NaN throughout set to 0|columns {lost.tolist()}")
        # Of the EMG nothing is made up: repetitions with a hole are refused.
        torn = [] if modality == "emg" else np.flatnonzero(holes.any(axis=0) & ~holes.all(axis=0)).tolist()
        rows = np.arange(len(samples))
        for column in torn:
            good = ~holes[:, column]
            samples[~good, column] = np.interp(rows[~good], rows[good], samples[good, column])
        if torn:
            count = int(holes[:, torn].sum())
            said.append(f"{modality} NaN bridged by straight lines|{count} values of columns {torn}")
    return pooled(samples, every), tuple(said)


def _hand(layout: Layout, subject: int) -> Hand:
    if layout.left_handed is None:
        return "unknown"
    return "left" if subject in layout.left_handed else "right"


def _file(intake: Intake, layout: Layout, file: File, person: str) -> None:
    """One exercise: its labels checked and made global, its blocks handed over."""
    if file.exercise not in layout.exercises:
        raise FormatError(f"exercise {file.exercise}, wanted one of {sorted(layout.exercises)}")
    shapes = matlab.variables(file.path)
    _stated_rate(file, shapes, intake.spec.streams["emg"].rate_hz)
    labels, repetitions, said = columns_of(file, shapes)
    if intake.spec.key == DB8:
        same_rate(labels, intake.spec.streams["emg"].rate_hz)
    labels = global_labels(layout, file.exercise, labels)
    streams = _present(intake, layout, file, shapes)
    rows = _trimmed(intake, file, {"restimulus": len(labels), **{name: shapes[name][0] for name in streams}})
    said += odd_numbers(file, shapes)
    emg = _checked(intake, file, streams, person)
    if emg is None:
        return
    for text in said:
        intake.mended(text, path=file.path)
    session = f"A{file.acquisition}" if layout.acquisitions else "all"
    _hand_over(intake, layout, file, (labels[:rows], repetitions[:rows]), streams, emg, person, session)


def _hand_over(
    intake: Intake,
    layout: Layout,
    file: File,
    columns: tuple[Column, Column],
    streams: Mapping[str, int],
    emg: Signal,
    person: str,
    session: str,
) -> None:
    made = cut(*columns, intake.spec.streams["emg"].rate_hz, max(streams.values()))
    if made.slips:
        intake.mended("run of a label shorter than 0.2 s left out", made.slips, file.path, f"{made.slips}")
    if made.unnumbered:
        text = "movement without a repetition number, counted in order"
        intake.mended(text, made.unnumbered, file.path, f"{made.unnumbered}")
    _missing(intake, layout, file, made.blocks)
    for block in made.blocks:
        at = f"rows {block.start}..{block.stop - 1}"
        bad = np.flatnonzero(~np.isfinite(emg[block.start : block.stop]).all(axis=0)).tolist()
        if bad:
            intake.skip(file.path, f"{at}: emg holds NaN in columns {bad}, wanted numbers")
            continue
        pieces = {n: Piece(block.start // e, block.stop // e, e) for n, e in streams.items()}
        signals = Deferred(read, file.path, pieces)
        intake.add(file.path, person, session, str(block.label), signals, at=at, number=block.number)


def _present(
    intake: Intake, layout: Layout, file: File, shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, int]:
    """Streams that the file holds, by how many of its rows make one; FormatError for wrong columns."""
    streams = {}
    emg_hz = intake.spec.streams["emg"].rate_hz
    for name, spec in intake.kept.items():
        if name not in shapes:
            if name == "emg":
                raise FormatError(f"no emg; it holds {', '.join(sorted(shapes)) or 'nothing'}")
            if file.exercise in layout.only_in.get(name, (file.exercise,)) and name not in layout.optional:
                intake.mended(f"without {name}: its repetitions have the other signals", path=file.path)
            continue
        if len(shapes[name]) != 2 or shapes[name][1] != spec.channels:
            raise FormatError(f"{name} has shape {shapes[name]}, wanted {spec.channels} columns")
        streams[name] = round(emg_hz / spec.rate_hz)
    return streams


def _stated_rate(file: File, shapes: Mapping[str, tuple[int, ...]], rate_hz: float) -> None:
    """DB5's files say their rate; another one than the set's is refused."""
    if "frequency" not in shapes:
        return
    stated = matlab.matrix(file.path, "frequency").ravel()
    if len(stated) and float(stated[0]) != rate_hz:
        raise FormatError(f"is recorded at {float(stated[0]):g} Hz, wanted {rate_hz:g} Hz as the set is")


def _trimmed(intake: Intake, file: File, rows: Mapping[str, int]) -> int:
    """The shortest length; FormatError where they cannot be of one clock."""
    shortest, longest = min(rows, key=rows.__getitem__), max(rows, key=rows.__getitem__)
    odd = rows[longest] - rows[shortest]
    rate_hz = intake.spec.streams["emg"].rate_hz
    if odd > MOST_ODD_ROWS_S * rate_hz:
        raise FormatError(
            f"{longest} has {rows[longest]} rows and {shortest} {rows[shortest]}: "
            f"of different rates, or torn; wanted all on one clock of {rate_hz:g} Hz"
        )
    if odd:
        intake.mended("signals of unequal length cut to the shortest", path=file.path, detail=f"{odd} rows")
    return rows[shortest]


def _checked(intake: Intake, file: File, streams: Mapping[str, int], person: str) -> Signal | None:
    """Every stream read once: holes and still columns said; None for a copy of another file."""
    emg: Signal | None = None
    for name, every in streams.items():
        samples, said = _whole(file.path, file.path.stat().st_mtime_ns, name, every)
        if name == "emg":
            emg = samples
            if intake.is_copy(samples, intake.name(file.path)):
                return None
            still = np.flatnonzero(np.ptp(samples, axis=0) == 0).tolist() if len(samples) else []
            if still:
                intake.mended(
                    "emg columns without a signal (dead, or no electrode)", 1, file.path, f"{still}"
                )
        for text in said:
            what, _, detail = text.partition("|")
            intake.mended(what, 1, file.path, detail)
    return emg


def _missing(intake: Intake, layout: Layout, file: File, made: tuple[Block, ...]) -> None:
    """Movements of the exercise that nobody performed, and repetitions that one of them lacks."""
    first, last = layout.exercises[file.exercise]
    done = {(block.label, block.number) for block in made if block.label}
    numbers = {number for _, number in done}
    lacking = [label for label in range(first, last + 1) if label not in {label for label, _ in done}]
    if lacking:
        intake.mended("movements of an exercise that are not in its file", 1, file.path, ranges(lacking))
    for label in range(first, last + 1):
        without = [n + 1 for n in sorted(numbers) if (label, n) not in done]
        if without and label not in lacking:
            intake.mended(
                "movement without some repetition", 1, file.path, f"{label} lacks {ranges(without)}"
            )
