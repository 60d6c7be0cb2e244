"""Small files in the layouts of NinaPro and HD-sEMG 65, with their quirks; written apart from the loaders.

The layouts are those of the sets' own pages and of public loaders for them; no value is a recording's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Truth:
    """What was written, for comparison."""

    emg: Array  # (time, channel)
    label: Array  # (time,), as in the file
    repetition: Array  # (time,)
    others: Mapping[str, Array]


def timeline(
    labels: Sequence[int], repetitions: int, rate: float, hold_s: float, rest_s: float
) -> tuple[Array, Array]:
    """Rest, movement, rest, ... for every label and repetition; both columns are 0 at rest."""
    hold, rest = round(hold_s * rate), round(rest_s * rate)
    label: list[int] = [0] * rest
    repetition: list[int] = [0] * rest
    for movement in labels:
        for turn in range(1, repetitions + 1):
            label += [movement] * hold + [0] * rest
            repetition += [turn] * hold + [0] * rest
    return np.array(label), np.array(repetition)


def upsampled(seed: int, rows: int, columns: int, rate: float, native: float) -> Array:
    """A slow sensor on the EMG's clock: values `native` times a second, joined by lines."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(rows) / rate
    known = np.arange(int(seconds[-1] * native) + 2) / native
    walk = np.cumsum(rng.normal(0, 0.05, (len(known), columns)), axis=0)
    return np.stack([np.interp(seconds, known, walk[:, c]) for c in range(columns)], axis=1)


def ninapro(
    path: Path,
    *,
    subject: int,
    exercise: int,
    labels: Sequence[int],
    rate: float = 2000.0,
    channels: int = 12,
    repetitions: int = 6,
    others: Mapping[str, int] | None = None,
    hold_s: float = 0.4,
    rest_s: float = 0.5,
    seed: int = 0,
    counts: bool = False,
    dead: Sequence[int] = (),
    missing: Sequence[str] = (),
    inside: Mapping[str, int] | None = None,
    longer: int = 0,
    hole: tuple[str, int, int, int] | None = None,
    torn_numbers: bool = False,
    codes: Mapping[int, int] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Truth:
    """One .mat file (v5).

    labels: as numbered in the file. longer: rows that emg has more than the labels. hole: (variable, column,
    start, stop) of NaN. torn_numbers: rerepetition drops to 0 inside movements. codes: a label's code in
    `stimulus` in place of itself, and no restimulus (older exercise D).
    """
    from scipy.io import savemat

    shown, turn = timeline(labels, repetitions, rate, hold_s, rest_s)
    real, real_turn = followed(shown, turn, rate, torn_numbers)
    rows = len(shown) + longer
    emg = volts(np.random.default_rng([subject, exercise, seed]), real, rows, channels, counts)
    emg[:, list(dead)] = 0.0
    written = {name: upsampled(7, rows, n, rate, min(rate, 148.0)) for name, n in (others or {}).items()}
    if hole:
        name, column, start, stop = hole
        (emg if name == "emg" else written[name])[start:stop, column] = np.nan
    if codes:
        shown = np.array([codes.get(int(label), 0) for label in shown])
        real, real_turn = shown, turn
    content: dict[str, Any] = {
        "emg": emg.astype(np.float32),
        "stimulus": _column(shown),
        "repetition": _column(turn),
        **({} if codes else {"restimulus": _column(real), "rerepetition": _column(real_turn)}),
        "subject": [[subject]],
        "exercise": [[exercise]],
        **{name: [[value]] for name, value in (inside or {}).items()},
        **{name: value.astype(np.float32) for name, value in written.items()},
        **(extra or {}),
    }
    for name in missing:
        del content[name]
    path.parent.mkdir(parents=True, exist_ok=True)
    # Both kinds are met; one that is not compressed is faster to make.
    savemat(path, content, do_compression=exercise == 1 and rate > 1500)
    return Truth(emg, real, real_turn, written)


def followed(shown: Array, turn: Array, rate: float, torn: bool) -> tuple[Array, Array]:
    """What was done: the person follows the film; torn: the repetition falls to 0 inside movements."""
    lag = round(0.1 * rate)
    real = np.concatenate([np.zeros(lag, int), shown[:-lag]])
    real_turn = np.concatenate([np.zeros(lag, int), turn[:-lag]])
    if torn:
        real_turn = np.where(np.arange(len(real_turn)) % 500 < 60, 0, real_turn)
    return real, real_turn


def volts(rng: np.random.Generator, real: Array, rows: int, channels: int, counts: bool) -> Array:
    """Noise about 1e-5 V, stronger in movements; counts: in an armband's range instead."""
    active = np.concatenate([real, np.zeros(rows - len(real), int)]) != 0
    emg = rng.normal(0, 1e-5, (rows, channels)) * np.where(active, 5.0, 1.0)[:, None]
    return np.clip(np.round(emg * 5e5), -128, 127) if counts else emg


def _column(values: Array) -> Array:
    return values.astype(np.int8).reshape(-1, 1)


# ---- the sets, as small as their quirks allow

DB2_OTHERS = {"acc": 36, "glove": 22, "inclin": 2}
OLD_CODES = {41: 1, 42: 2, 43: 4, 44: 8, 45: 16, 46: 32, 47: 9, 48: 6, 49: 40}


def db1(root: Path) -> None:
    """S1: labels restart at 1 in every exercise; 100 Hz envelopes; 10 repetitions; glove NaN."""
    for exercise, labels in ((1, (1, 12)), (2, (1, 6, 17)), (3, (1, 13, 23))):
        ninapro(
            root / "s1" / f"S1_A1_E{exercise}.mat",
            subject=1,
            exercise=exercise,
            labels=labels,
            rate=100.0,
            channels=10,
            repetitions=10,
            others={"glove": 22},
            hold_s=2.0,
            rest_s=1.0,
            hole=("glove", 5, 100, 160),
        )


def db2(root: Path) -> dict[int, Truth]:
    """S1 as today, emg longer than the labels; S4 (left-handed) with older codes in exercise D (truth 0)."""
    truth = {}
    for exercise, labels in ((1, (1, 6, 13)), (2, (18, 40))):
        truth[exercise] = ninapro(
            root / "DB2_s1" / f"S1_E{exercise}_A1.mat",
            subject=1,
            exercise=exercise,
            labels=labels,
            others=DB2_OTHERS,
            longer=5,
        )
    force = {"acc": 36, "inclin": 2, "force": 6}
    truth[3] = ninapro(
        root / "DB2_s1" / "S1_E3_A1.mat",
        subject=1,
        exercise=3,
        labels=(41, 49),
        others=force,
        extra={"forcecal": np.zeros((2, 6))},
    )
    ninapro(root / "DB2_s4" / "S4_A1_E1.mat", subject=4, exercise=1, labels=(1, 2), others=DB2_OTHERS)
    truth[0] = ninapro(
        root / "DB2_s4" / "S4_A1_E3.mat",
        subject=4,
        exercise=3,
        labels=tuple(range(41, 50)),
        others=force,
        codes=OLD_CODES,
        repetitions=2,
    )
    return truth


def db3(root: Path) -> None:
    """S7 with two columns without electrodes, S10 without force data; amputees, not all movements."""
    for exercise, labels in ((1, (1, 3)), (2, (18, 25))):
        ninapro(
            root / "DB3_s7" / f"S7_E{exercise}_A1.mat",
            subject=7,
            exercise=exercise,
            labels=labels,
            others=DB2_OTHERS,
            repetitions=2,
            dead=(8, 9),
        )
    ninapro(root / "DB3_s10" / "S10_E1_A1.mat", subject=10, exercise=1, labels=(4, 5, 6), others=DB2_OTHERS)
    ninapro(root / "DB3_s10" / "S10_E3_A1.mat", subject=10, exercise=3, labels=(41, 42), others={"acc": 36})


def db5(root: Path) -> Truth:
    """S1: two armbands (16 columns, int8 range) at 200 Hz, one acceleration, details of the person."""
    person = {"age": [[30]], "gender": ["M"], "weight": [[70]], "height": [[180]], "frequency": [[200]]}
    for exercise, labels in ((1, (1, 2)), (2, (1, 17)), (3, (1, 23))):
        truth = ninapro(
            root / "s1" / f"S1_E{exercise}_A1.mat",
            subject=1,
            exercise=exercise,
            labels=labels,
            rate=200.0,
            channels=16,
            others={"acc": 3, "glove": 22},
            hold_s=1.0,
            rest_s=0.6,
            counts=True,
            extra=person,
        )
    return truth


def db7(root: Path) -> None:
    """S21 (amputee) without the last two movements, S5 (left-handed) in the other folder layout."""
    others = {"acc": 36, "gyro": 36, "mag": 36, "glove": 18}
    for exercise, labels in ((1, (1, 17)), (2, (18, 38))):
        ninapro(
            root / "Subject_21" / f"S21_E{exercise}_A1.mat",
            subject=21,
            exercise=exercise,
            labels=labels,
            others=others,
            repetitions=2,
        )
    ninapro(root / "s5" / "S5_E1_A1.mat", subject=5, exercise=1, labels=(1,), others=others, repetitions=2)


def db8(root: Path, rate: float = 1111.0, hold_s: float = 7.0) -> None:
    """S11 (amputee): three acquisitions of movements with both hands; 10, 10 and 2 repetitions."""
    for acquisition, repetitions in ((1, 10), (2, 10), (3, 2)):
        ninapro(
            root / "s11" / f"S11_E1_A{acquisition}.mat",
            subject=11,
            exercise=1,
            labels=(1, 9),
            rate=rate,
            channels=16,
            repetitions=repetitions,
            others={"glove": 18},
            hold_s=hold_s,
            rest_s=1.0,
            seed=acquisition,
        )


def hdsemg65(
    path: Path,
    *,
    labels: Sequence[int] = (1, 34, 58, 59),
    rate: float = 2048.0,
    repetitions: int = 5,
    axes: int = 9,
    wrap: str = "third",
    rest: bool = True,
    without: Sequence[tuple[int, int]] = (),
    missing: Sequence[str] = (),
    dead: tuple[int, int] | None = None,
    nan: bool = False,
    held_s: float = 0.5,
) -> Truth:
    """One person's v7.3 file: HDF5 with MATLAB's first 512 bytes, dimensions reversed.

    wrap: the line whose differences jump to the next row of contacts: [0, :, :] as documented ("third"), the
    other axis ("second") or none. without: (label, repetition) never performed. dead: (third, second) of a
    flexor channel without a signal. `Truth.emg` is (time, grid, second, third).
    """
    label, turn = timeline(labels, repetitions, rate, held_s, held_s)
    for gone, number in without:
        keep = ~((label == gone) & (turn == number))
        label, turn = label[keep], turn[keep]
    if not rest:
        keep = label != 0
        label, turn = label[keep], turn[keep]
    rows = len(label)
    rng = np.random.default_rng(rows)
    emg = grids(rng, rows, wrap)
    if dead:
        emg[:, 0, dead[1], dead[0]] = 0.25
    if nan:
        emg[rows // 2, 1, 3, 4] = np.nan
    force = 2.5 + 0.01 * rng.normal(0, 1, (rows, axes))
    lag = round(0.1 * rate)
    content: dict[str, Array] = {
        "emg_flexors": emg[:, 0].transpose(2, 1, 0),
        "emg_extensors": emg[:, 1].transpose(2, 1, 0),
        "class": np.roll(label, -lag)[None].astype(np.float64),
        "repetition": np.roll(turn, -lag)[None].astype(np.float64),
        "adjusted_class": label[None].astype(np.float64),
        "adjusted_repetition": turn[None].astype(np.float64),
        "force": force.T,
    }
    matlab73(path, {name: values for name, values in content.items() if name not in missing})
    return Truth(emg, label, turn, {"force": force})


def grids(rng: np.random.Generator, rows: int, wrap: str) -> Array:
    """(time, grid, second, third): neighbours differ little, contacts across the grid much."""
    emg = rng.normal(0, 1.0, (rows, 2, 8, 8)).astype(np.float32)
    if wrap == "third":
        emg[:, :, :, 0] *= 4.0
    elif wrap == "second":
        emg[:, :, 0, :] *= 4.0
    return emg


def matlab73(path: Path, content: Mapping[str, Array]) -> None:
    """HDF5 in pieces along time, with MATLAB's text in front of it."""
    import h5py

    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in content.items():
            chunks = (*values.shape[:-1], min(4096, values.shape[-1]))
            file.create_dataset(name, data=values, chunks=chunks).attrs["MATLAB_class"] = np.bytes_("double")
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116) + b"\0" * 8 + b"\0\2IM")
