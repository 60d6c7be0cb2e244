"""The desk every loader hands its repetitions to: checks, labels, numbers, and what was refused and why."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError, UsageError
from myoedge.export.data.deferred import Deferred
from myoedge.export.data.labels import canonical
from myoedge.export.data.matrix import Matrix, read_matrix
from myoedge.export.data.naming import files
from myoedge.export.data.repetition import Hand, LoadedDataset, Repetition, Wearer
from myoedge.export.data.spec import DatasetSpec

# Streams of a repetition may end so far apart; our choice (3dc's orientation runs on for up to 0.7 s).
FAR_TIMES, FAR_S = 1.5, 1.0


class Intake:
    """Collects one data set; loaders add in time order, person by person."""

    def __init__(
        self,
        spec: DatasetSpec,
        root: Path,
        people: Collection[str] | None = None,
        modalities: Collection[str] | None = None,
    ) -> None:
        self.spec = spec  # with all its streams
        asked = set(spec.streams if modalities is None else modalities) | {"emg"}
        self.kept = {name: stream for name, stream in spec.streams.items() if name in asked}
        self._needed = tuple(modalities or ())
        self.root = root
        self._people = None if people is None else set(people)
        self._met: dict[str, None] = {}
        self._present = ""  # whose files are being read
        self._hands: dict[str, tuple[Hand, bool]] = {}
        self._sources: defaultdict[str, dict[Path, None]] = defaultdict(dict)
        self._told: defaultdict[str, list[str]] = defaultdict(list)
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
        wanted = self._people is None or person in self._people
        if wanted:
            self._present = person
        return wanted

    def wearer(self, person: str, hand: Hand = "unknown", amputee: bool = False) -> None:
        """Whose arm it is, where the set says so."""
        self._hands[person] = (hand, amputee)

    def skip(self, path: Path, why: str) -> None:
        """Refuse one file by name; the rest goes on."""
        self._refuse(f"{self.name(path)}: {why}")

    def note(self, text: str) -> None:
        """Say something once about the set."""
        self._notes[text] = None

    def mended(self, what: str, times: int = 1, path: Path | None = None, detail: str = "") -> None:
        """Count a repair of one kind; all of a kind make one note, and each one of the person's own."""
        self._mended[what] += times
        where = f"{self.name(path)}: " if path else ""
        self._told[self._present].append(where + what + (f" ({detail})" if detail else ""))

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
        number: int | None = None,
    ) -> bool:
        """Take one repetition; False when it was refused. `at` says where in `source` it lies.

        `label`: only where the set itself says which one it is; else labels.toml does. `number`, from 0: only
        where the set numbers its repetitions. `signals`: by modality of the spec, (time, channel), in the
        spec's unit; a Deferred is not read here, so its loader answers for values and copies.
        """
        where = self.name(source) + (f" {at}" if at else "")
        if lacking := [modality for modality in self._needed if modality not in signals]:
            self.mended(f"repetition without {', '.join(lacking)} left out")
            return False
        taken: Mapping[str, NDArray[np.float32]]
        if isinstance(signals, Deferred):
            taken = signals
        else:
            wrong = self._fault(signals)
            if wrong:
                self._refuse(f"{where}: {wrong}")
                return False
            taken = {
                modality: np.ascontiguousarray(x, dtype=np.float32)
                for modality, x in signals.items()
                if modality in self.kept
            }
            if self.is_copy(taken["emg"], where):
                return False
        label = label or canonical(self.spec.key, native)
        counted = self._next_number(person, part, session, label)
        self._sources[person][source] = None
        self._repetitions.append(
            Repetition(
                person=person,
                session=session,
                label=label,
                native=native,
                number=counted if number is None else number,
                signals=taken,
                rates={modality: self.spec.streams[modality].rate_hz for modality in taken},
                part=part,
                order=self._next_order(person),
            )
        )
        return True

    def is_copy(self, emg: NDArray[np.float32], where: str) -> bool:
        """Whether the same EMG was met before; it is dropped and said."""
        digest = blake2b(np.ascontiguousarray(emg).data, digest_size=16).digest()
        first = self._digests.setdefault(digest, where)
        if first != where:
            # One recording under two names would sit in calibration and test at once.
            text = f"{where} is a byte copy of {first}: dropped"
            self._notes[text] = None
            self._told[self._present].append(text)
        return first != where

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
        spec = replace(self.spec, streams=self.kept)
        return LoadedDataset(
            spec, tuple(self._repetitions), tuple(self._skipped), tuple(notes), self._wearers()
        )

    def _wearers(self) -> dict[str, Wearer]:
        people = dict.fromkeys(r.person for r in self._repetitions)
        return {
            person: Wearer(
                *self._hands.get(person, ("unknown", False)),
                files=len(self._sources[person]),
                notes=tuple(dict.fromkeys(self._told[person])),
            )
            for person in people
        }

    def _refuse(self, text: str) -> None:
        self._skipped.append(text)
        self._told[self._present].append(f"refused: {text}")

    def _fault(self, signals: Mapping[str, NDArray[Any]]) -> str:
        for modality, samples in signals.items():
            if modality not in self.kept:
                continue  # not asked for
            spec = self.kept[modality]
            if samples.ndim != 2 or samples.shape[1] != spec.channels:
                return f"{modality} has shape {samples.shape}, wanted (time, {spec.channels})"
            if not len(samples):
                return f"{modality} holds no samples"
            if not np.isfinite(samples).all():
                bad = np.flatnonzero(~np.isfinite(samples).all(axis=0)).tolist()
                return f"{modality} holds NaN or infinity in columns {bad}, wanted numbers"
            if spec.limit is not None and float(np.abs(samples).max()) > spec.limit:
                return (
                    f"{modality} reaches {float(np.abs(samples).max()):g}, its range ends at {spec.limit:g}"
                )
        return self._other_rates({m: len(samples) for m, samples in signals.items() if m in self.kept})

    def _other_rates(self, rows: Mapping[str, int]) -> str:
        """Streams that start together and last far from as long are of other rates than stated, or torn."""
        lasting = {modality: count / self.kept[modality].rate_hz for modality, count in rows.items()}
        short, long = min(lasting, key=lasting.__getitem__), max(lasting, key=lasting.__getitem__)
        if lasting[long] <= max(FAR_TIMES * lasting[short], lasting[short] + FAR_S):
            return ""
        return (
            f"{long} lasts {lasting[long]:.1f} s at its {self.kept[long].rate_hz:g} Hz and {short} "
            f"{lasting[short]:.1f} s at {self.kept[short].rate_hz:g} Hz; wanted the same time of both"
        )

    def _next_number(self, person: str, part: str, session: str, label: str) -> int:
        key = (person, part, session, label)
        self._numbers[key] += 1
        return self._numbers[key] - 1

    def _next_order(self, person: str) -> int:
        self._orders[person] += 1
        return self._orders[person] - 1
