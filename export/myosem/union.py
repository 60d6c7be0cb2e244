"""Many data sets as one: windows of a second at one rate and one scale, each with the action it stands for.

A window of a gesture counts where the muscles act: the others of its repetition are rest with its label.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.decide import REST
from myoedge.edge.errors import FormatError
from myoedge.edge.modality import ModalitySpec
from myoedge.export.actions.action import Actions
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import load
from myoedge.export.myosem.encoder import RATE_HZ
from myoedge.export.myosem.ring import columns_of
from myoedge.export.windows import stacked, windows_of

UNNAMED = -1  # an action whose set gives it a number and no name
ACTIVE = 0.5  # of the strongest window of its repetition: below, a window is not the gesture. Our choice
STRONG = 0.95  # quantile of a session's windows that counts as a strong contraction. Our choice

Array = NDArray[np.float32]
Rows = NDArray[np.int64]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class UnionFront:
    """Stops 5 and 6 of a set: what the device's conditioner does to it before this room takes over."""

    modalities: Mapping[str, ModalitySpec]
    clock: str = "emg"
    hop_ms: float = 500.0
    max_gap_ms: float = 60.0


def front_of(window_ms: float, hop_ms: float, columns: tuple[int, ...] | None) -> UnionFront:
    """The EMG as the set has it, high-passed as on the device; any rate and any number of channels."""
    high_pass = {"kind": "high_pass", "hz": 20, "order": 2}
    spec = ModalitySpec("emg", None, None, window_ms, columns, (1.0,), (high_pass,), True)
    return UnionFront({"emg": spec}, hop_ms=hop_ms)


@dataclass(frozen=True, slots=True, eq=False)
class SetWindows:
    """One set's windows; `x` (window, time, channel) in shares of the session's strong contraction."""

    key: str
    x: NDArray[np.float16]
    action: Rows  # (window,) index into the union's actions, or UNNAMED
    native: Rows  # (window,) index into `labels`, named or not
    repetition: Rows  # (window,) index into `repetitions`
    labels: tuple[str, ...]
    repetitions: tuple[Repetition, ...]

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, slots=True, eq=False)
class Union:
    """All sets, and the actions that their windows stand for."""

    actions: tuple[str, ...]
    sets: tuple[SetWindows, ...]


def read_union(
    keys: Sequence[str],
    root: Path,
    actions: Actions,
    *,
    window_ms: float = 1000.0,
    hop_ms: float = 500.0,
    say: Say = lambda _: None,
) -> Union:
    """Read every set below `root`, in a folder of its key; raises what loading raises."""
    names: dict[str, int] = {}
    found = []
    for key in keys:
        loaded = load(key, root / key, modalities=())
        found.append(_windows(loaded, actions, names, window_ms, hop_ms))
        say(f"{key}: {len(found[-1])} windows of {len(loaded.people)} people, {len(loaded.labels)} labels")
    return Union(tuple(names), tuple(found))


def _windows(
    loaded: LoadedDataset, actions: Actions, names: dict[str, int], window_ms: float, hop_ms: float
) -> SetWindows:
    key = loaded.spec.key
    front = front_of(window_ms, hop_ms, columns_of(key, loaded.spec.streams["emg"].channels))
    labels = {label: place for place, label in enumerate(loaded.labels)}
    parts: list[Array] = []
    action: list[int] = []
    native: list[int] = []
    source: list[int] = []
    for place, repetition in enumerate(loaded.repetitions):
        cut = windows_of(front, loaded.spec.streams, {"emg": repetition.signals["emg"]})
        if not cut:
            continue
        x = at_rate(stacked(cut, "emg"), repetition.rates["emg"], window_ms)
        x = x[_active(x)] if repetition.label != REST else x
        named = actions.of_label(key, repetition.native)
        parts.append(x)
        action += [UNNAMED if named is None else names.setdefault(named.name, len(names))] * len(x)
        native += [labels[repetition.label]] * len(x)
        source += [place] * len(x)
    if not parts:
        raise FormatError(f"{key}: no repetition is as long as {window_ms:g} ms; wanted a shorter window")
    x, repetition_of = np.concatenate(parts), np.array(source, np.int64)
    scaled = x / _strong(x, repetition_of, loaded.repetitions)[:, None, None]
    return SetWindows(
        key,
        scaled.astype(np.float16),
        np.array(action, np.int64),
        np.array(native, np.int64),
        repetition_of,
        tuple(labels),
        loaded.repetitions,
    )


def at_rate(x: Array, rate_hz: float, window_ms: float) -> Array:
    """Windows (window, time, channel) at RATE_HZ; slow ones are interpolated, fast ones low-passed first."""
    from scipy.signal import resample_poly

    rows = round(window_ms * RATE_HZ / 1000)
    ratio = Fraction(RATE_HZ / rate_hz).limit_denominator(1000)
    if ratio != 1:
        x = resample_poly(x, ratio.numerator, ratio.denominator, axis=1).astype(np.float32)
    if x.shape[1] < rows:
        x = np.pad(x, ((0, 0), (0, rows - x.shape[1]), (0, 0)), mode="edge")
    return x[:, :rows]


def _active(x: Array) -> NDArray[np.bool_]:
    power = _rms(x)
    active: NDArray[np.bool_] = power >= ACTIVE * power.max()
    return active


def _rms(x: Array) -> NDArray[np.float64]:
    power: NDArray[np.float64] = np.sqrt(np.square(x, dtype=np.float64).mean(axis=(1, 2)))
    return power


def _strong(x: Array, repetition: Rows, repetitions: Sequence[Repetition]) -> NDArray[np.float32]:
    """Of every window: what a strong contraction is in its person's session, found without labels."""
    power = _rms(x)
    whose = [(one.person, one.session) for one in repetitions]
    places = {session: place for place, session in enumerate(dict.fromkeys(whose))}
    of = np.array([places[one] for one in whose])[repetition]
    level = np.ones(len(places))
    for place in np.unique(of):
        level[place] = max(float(np.quantile(power[of == place], STRONG)), 1e-6)
    found: NDArray[np.float32] = level[of].astype(np.float32)
    return found
