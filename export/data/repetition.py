"""One repetition of one gesture as a data set holds it, and what a loader hands back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from myoedge.export.data.table import DatasetSpec

Signal = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Repetition:
    """One gesture performed once; compared by identity, so a split can never hold half of one."""

    person: str
    session: str
    label: str  # canonical ("fist") or prefixed by the set ("psl:w01")
    native: str  # the set's own number or name
    number: int  # repetition of this label within the session, from 0
    signals: Mapping[str, Signal]  # by modality, (time, channel), in the set's unit; all start together
    rates: Mapping[str, float]  # by modality, samples a second
    part: str = ""  # ciil's two experiments are reported apart
    order: int = 0  # place in time among this person's repetitions

    @property
    def seconds(self) -> float:
        """Length of the EMG in seconds."""
        return len(self.signals["emg"]) / self.rates["emg"]


@dataclass(frozen=True, slots=True)
class LoadedDataset:
    """What was read, what was refused (by file) and what was mended."""

    spec: DatasetSpec
    repetitions: tuple[Repetition, ...]
    skipped: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Names in the order they were met."""
        return tuple(dict.fromkeys(repetition.person for repetition in self.repetitions))

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels present, sorted."""
        return tuple(sorted({repetition.label for repetition in self.repetitions}))
