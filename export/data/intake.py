"""The desk every loader hands its repetitions to: checks, labels, numbers, and what was refused and why."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError, UsageError
from myoedge.export.data.labels import canonical
from myoedge.export.data.matrix import Matrix, read_matrix
from myoedge.export.data.naming import files
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DatasetSpec


class Intake:
    """Collects one data set; loaders add in time order, person by person."""

    def __init__(self, spec: DatasetSpec, root: Path, people: Collection[str] | None = None) -> None:
        self.spec = spec
        self.root = root
        self._people = None if people is None else set(people)
        self._met: dict[str, None] = {}
        self._repetitions: list[Repetition] = []
        self._skipped: list[str] = []
        self._notes: dict[str, None] = dict.fromkeys(spec.cautions)
        self._mended: Counter[str] = Counter()
        self._orders: Counter[str] = Counter()
        self._numbers: Counter[tuple[str, str, str, str]] = Counter()
        self._digests: dict[bytes, str] = {}

    def wants(self, person: str) -> bool:
        """Whether this person was asked for; call it before reading that person's files."""
        self._met[person] = None
        return self._people is None or person in self._people

    def skip(self, path: Path, why: str) -> None:
        """Refuse one file by name; the rest goes on."""
        self._skipped.append(f"{self.name(path)}: {why}")

    def note(self, text: str) -> None:
        """Say something once about the set."""
        self._notes[text] = None

    def mended(self, what: str, times: int = 1) -> None:
        """Count a repair of one kind; all of a kind make one note."""
        self._mended[what] += times

    def name(self, path: Path) -> str:
        """The path as told to people: relative to the root, with forward slashes."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()

    def matrices(
        self, folder: Path, pattern: re.Pattern[str], wanted: str, columns: int
    ) -> Iterator[tuple[Path, re.Match[str], Matrix]]:
        """Every .csv of a folder whose name fits, read; the others are refused by name."""
        for path in files(folder, ".csv"):
            named = pattern.fullmatch(path.name)
            if named is None:
                self.skip(path, f"wanted {wanted}")
                continue
            try:
                samples = read_matrix(path, columns)
            except FormatError as error:
                self.skip(path, str(error))
                continue
            yield path, named, samples

    def add(
        self,
        source: Path,
        person: str,
        session: str,
        native: str,
        signals: Mapping[str, NDArray[Any]],
        *,
        part: str = "",
        at: str = "",
        label: str = "",
    ) -> bool:
        """Take one repetition; False when it was refused. `at` says where in `source` it lies.

        `label`: only where the set itself says which one it is; else labels.toml does.
        `signals`: by modality of the spec, (time, channel), in the spec's unit.
        """
        where = self.name(source) + (f" {at}" if at else "")
        wrong = self._fault(signals)
        if wrong:
            self._skipped.append(f"{where}: {wrong}")
            return False
        taken = {modality: np.ascontiguousarray(x, dtype=np.float32) for modality, x in signals.items()}
        digest = blake2b(taken["emg"].tobytes(), digest_size=16).digest()
        first = self._digests.setdefault(digest, where)
        if first != where:
            # One recording under two names would sit in calibration and test at once.
            self._notes[f"{where} is a byte copy of {first}: dropped"] = None
            return False
        label = label or canonical(self.spec.key, native)
        self._repetitions.append(
            Repetition(
                person=person,
                session=session,
                label=label,
                native=native,
                number=self._next_number(person, part, session, label),
                signals=taken,
                rates={modality: self.spec.streams[modality].rate_hz for modality in taken},
                part=part,
                order=self._next_order(person),
            )
        )
        return True

    def finish(self) -> LoadedDataset:
        """Everything taken; raises UsageError for a person who is not there, FormatError for an empty set."""
        unknown = sorted((self._people or set()) - set(self._met))
        if unknown:
            raise UsageError(
                f"{self.spec.key} has no {', '.join(unknown)}; people found: {', '.join(sorted(self._met))}"
            )
        if not self._repetitions:
            refused = f"; refused: {'; '.join(self._skipped[:3])}" if self._skipped else ""
            raise FormatError(
                f"no repetition in {self.root} could be read as {self.spec.key}{refused}; "
                f"check --root, it is the unpacked folder of the set"
            )
        notes = [*self._notes, *(f"{what}: {times} times" for what, times in self._mended.items())]
        return LoadedDataset(self.spec, tuple(self._repetitions), tuple(self._skipped), tuple(notes))

    def _fault(self, signals: Mapping[str, NDArray[Any]]) -> str:
        for modality, samples in signals.items():
            spec = self.spec.streams[modality]
            if samples.ndim != 2 or samples.shape[1] != spec.channels:
                return f"{modality} has shape {samples.shape}, wanted (time, {spec.channels})"
            if not len(samples):
                return f"{modality} holds no samples"
            if not np.isfinite(samples).all():
                return f"{modality} holds NaN or infinity"
            if spec.limit is not None and float(np.abs(samples).max()) > spec.limit:
                return (
                    f"{modality} reaches {float(np.abs(samples).max()):g}, its range ends at {spec.limit:g}"
                )
        return ""

    def _next_number(self, person: str, part: str, session: str, label: str) -> int:
        key = (person, part, session, label)
        self._numbers[key] += 1
        return self._numbers[key] - 1

    def _next_order(self, person: str) -> int:
        self._orders[person] += 1
        return self._orders[person] - 1
