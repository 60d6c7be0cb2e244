"""One repetition of one gesture as a data set holds it, and what a loader hands back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from myoedge.export.data.deferred import Deferred, Signal

if TYPE_CHECKING:
    from myoedge.export.data.spec import DatasetSpec

__all__ = ["Hand", "LoadedDataset", "Repetition", "Signal", "Wearer"]

Hand = Literal["left", "right", "unknown"]


@dataclass(frozen=True, slots=True, eq=False)
class Repetition:
    """One gesture performed once; compared by identity, so a split can never hold half of one."""

    person: str
    session: str
    label: str  # canonical ("fist") or prefixed by the set ("psl:w01")
    native: str  # the set's own number or name
    number: int  # repetition of this label within the session, from 0; the set's own where it numbers them
    signals: Mapping[str, Signal]  # by modality, (time, channel), in the set's unit; all start together.
    # Large sets hand out a Deferred, which reads the file at each access: keep what you take from it.
    rates: Mapping[str, float]  # by modality, samples a second
    part: str = ""  # ciil's two experiments are reported apart
    order: int = 0  # place in time among this person's repetitions

    def rows(self, modality: str) -> int:
        """Samples of a modality, without reading them where they are deferred."""
        signals = self.signals
        return signals.rows(modality) if isinstance(signals, Deferred) else len(signals[modality])

    @property
    def seconds(self) -> float:
        """Length of the EMG in seconds."""
        return self.rows("emg") / self.rates["emg"]


@dataclass(frozen=True, slots=True)
class Wearer:
    """What a set says of one person, and what was met in that person's files."""

    hand: Hand = "unknown"
    amputee: bool = False
    files: int = 0  # that gave a repetition
    notes: tuple[str, ...] = ()  # what was mended or refused, by file


@dataclass(frozen=True, slots=True)
class LoadedDataset:
    """What was read, what was refused (by file) and what was mended."""

    spec: DatasetSpec
    repetitions: tuple[Repetition, ...]
    skipped: tuple[str, ...]
    notes: tuple[str, ...]
    wearers: Mapping[str, Wearer] = field(default_factory=dict)  # by person

    @property
    def people(self) -> tuple[str, ...]:
        """Names in the order they were met."""
        return tuple(dict.fromkeys(repetition.person for repetition in self.repetitions))

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels present, sorted."""
        return tuple(sorted({repetition.label for repetition in self.repetitions}))
