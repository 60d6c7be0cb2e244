"""Who calibrates and who tests: the protocols of `evaluate`, as divisions of whole repetitions."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from myoedge.edge.errors import FormatError, UsageError
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DatasetSpec

PROTOCOLS = ("zero-shot", "sessions", "cycles:N", "within:N", "sync", "refresh:N")
COUNTED = ("cycles", "within", "refresh")
SYNC_GESTURES = ("wrist extension", "hand open")


@dataclass(frozen=True, slots=True)
class PersonSplit:
    """One fit and its test. A repetition is in one of the four lists at most."""

    person: str
    part: str  # of the data set, "" where it has none
    session: str  # within:N, sync and refresh:N take each session by itself; "" otherwise
    calibration: tuple[Repetition, ...]  # labelled, in time order
    test: tuple[Repetition, ...]
    unlabelled: tuple[Repetition, ...] = ()  # zero-shot: may scale and align, their labels may not be read
    update: tuple[Repetition, ...] = ()  # sync, refresh: of the later session, re-align or renew the profile

    def __post_init__(self) -> None:
        """Refuses a repetition that would be learned from and tested on."""
        lists = (*self.calibration, *self.test, *self.unlabelled, *self.update)
        every = [id(repetition) for repetition in lists]
        if len(set(every)) < len(every):
            raise FormatError(f"{self.person}: a repetition is in two lists of a split; each may be in one")


@dataclass(frozen=True, slots=True)
class Split:
    """All fits of a protocol, and who or what was left out and why."""

    people: tuple[PersonSplit, ...]
    skipped: tuple[str, ...]


def split(
    loaded: LoadedDataset,
    protocol: str,
    *,
    unlabelled_s: float = 0.0,
    sync_gestures: Sequence[str] = SYNC_GESTURES,
) -> Split:
    """Divide a data set by one of `PROTOCOLS`.

    `unlabelled_s` (zero-shot only): the person's first repetitions, until they last that long, are set aside.
    `sync_gestures` (sync only): their first repetition of each later session re-aligns and is not tested.
    Raises UsageError for another protocol, for sessions of a set that has none, and when nobody is left.
    """
    name, count = _parse(protocol)
    if unlabelled_s and name != "zero-shot":
        raise UsageError(f"--unlabelled goes with zero-shot, not with {protocol}")
    if not 0 <= unlabelled_s < float("inf"):
        raise UsageError(f"--unlabelled is {unlabelled_s}, wanted seconds from 0")
    if name in ("sessions", "cycles", "sync", "refresh") and not _has_later_sessions(loaded):
        raise UsageError(f"{loaded.spec.key} has no later session to test; use within:N or zero-shot")
    divide: dict[str, Callable[[_Person], list[PersonSplit]]] = {
        "zero-shot": lambda person: [person.zero_shot(unlabelled_s)],
        "sessions": lambda person: [person.sessions(None)],
        "cycles": lambda person: [person.sessions(count)],
        "within": lambda person: person.within(count),
        "sync": lambda person: person.later(1, sync_gestures),
        "refresh": lambda person: person.later(count),
    }
    skipped: list[str] = []
    found = [
        one
        for person in _people(loaded, skipped)
        for one in divide[name](person)
        if _usable(one, name == "zero-shot", skipped)
    ]
    if not found:
        raise UsageError(f"{protocol} leaves nobody of {loaded.spec.key} to test: {'; '.join(skipped[:3])}")
    return Split(tuple(found), tuple(skipped))


def _parse(protocol: str) -> tuple[str, int]:
    name, colon, count = protocol.partition(":")
    if name in ("zero-shot", "sessions", "sync") and not colon:
        return name, 0
    if name in COUNTED and count.isascii() and count.isdigit() and int(count) > 0:
        return name, int(count)
    raise UsageError(f"no protocol {protocol!r}; wanted {', '.join(PROTOCOLS)}, with N from 1")


class _Person:
    """One person's repetitions of one part, in time order, ready to be divided."""

    def __init__(self, spec: DatasetSpec, repetitions: Sequence[Repetition], skipped: list[str]) -> None:
        self._spec = spec
        self._all = sorted(repetitions, key=lambda repetition: repetition.order)
        self._skipped = skipped

    def zero_shot(self, unlabelled_s: float) -> PersonSplit:
        aside, seconds = 0, 0.0
        while seconds < unlabelled_s and aside < len(self._all):
            seconds += self._all[aside].seconds
            aside += 1
        return self._made("", (), self._all[aside:], self._all[:aside])

    def sessions(self, cycles: int | None) -> PersonSplit:
        names = list(dict.fromkeys(repetition.session for repetition in self._all))
        fixed = [name for name in names if name in self._spec.first_sessions]
        first = set(fixed if self._spec.first_sessions else names[:1])
        calibration = [r for r in self._all if r.session in first]
        test = [r for r in self._all if r.session not in first]
        if cycles is not None:
            calibration = self._first_of_each_label(calibration, cycles, "the first session")
        known = {repetition.label for repetition in calibration}
        if calibration:
            for label in dict.fromkeys(r.label for r in test if r.label not in known):
                self._leave_out(label, "is not in the calibration")
        return self._made("", calibration, [r for r in test if r.label in known])

    def later(self, cycles: int, gestures: Sequence[str] | None = None) -> list[PersonSplit]:
        """Each later session by itself; its first repetitions of each label (of `gestures`) come first."""
        whole = self.sessions(None)
        if not whole.test:
            return [whole]
        found = []
        for session, group in groupby(whole.test, key=lambda repetition: repetition.session):
            rest = list(group)
            asked = [r for r in rest if gestures is None or r.label in gestures]
            if lacking := sorted(set(gestures or ()) - {r.label for r in asked}):
                self._skipped.append(f"{whole.person} {session}: no {', '.join(lacking)}: left out")
                continue
            update = self._first_of_each_label(asked, cycles, f"session {session}", spare=gestures is None)
            taken = {id(repetition) for repetition in update}
            if gestures is None:  # a label that nobody shows again is no part of the task
                known = {repetition.label for repetition in update}
                rest = [r for r in rest if r.label in known]
            test = tuple(r for r in rest if id(r) not in taken)
            found.append(replace(whole, session=session, test=test, update=tuple(update)))
        return found

    def within(self, cycles: int) -> list[PersonSplit]:
        found = []
        for session, group in groupby(self._all, key=lambda repetition: repetition.session):
            repetitions = list(group)
            # One more than calibrates: a label nobody can test is no part of the task.
            calibration = self._first_of_each_label(repetitions, cycles, f"session {session}", spare=1)
            taken = {id(repetition) for repetition in calibration}
            known = {repetition.label for repetition in calibration}
            test = [r for r in repetitions if id(r) not in taken and r.label in known]
            found.append(self._made(session, calibration, test))
        return found

    def _first_of_each_label(
        self, repetitions: Sequence[Repetition], cycles: int, where: str, spare: int = 0
    ) -> list[Repetition]:
        counts = Counter(repetition.label for repetition in repetitions)
        seen: Counter[str] = Counter()
        taken = []
        for label in (label for label, count in counts.items() if count < cycles + spare):
            self._leave_out(label, f"has {counts[label]} repetitions in {where}, wanted {cycles + spare}")
        for repetition in repetitions:
            seen[repetition.label] += 1
            if counts[repetition.label] >= cycles + spare and seen[repetition.label] <= cycles:
                taken.append(repetition)
        return taken

    def _leave_out(self, label: str, why: str) -> None:
        self._skipped.append(f"{self._all[0].person}: {label} {why}: left out")

    def _made(
        self,
        session: str,
        calibration: Sequence[Repetition],
        test: Sequence[Repetition],
        unlabelled: Sequence[Repetition] = (),
    ) -> PersonSplit:
        first = self._all[0]
        return PersonSplit(
            first.person, first.part, session, tuple(calibration), tuple(test), tuple(unlabelled)
        )


def _people(loaded: LoadedDataset, skipped: list[str]) -> list[_Person]:
    groups: dict[tuple[str, str], list[Repetition]] = {}
    for repetition in loaded.repetitions:
        groups.setdefault((repetition.part, repetition.person), []).append(repetition)
    return [_Person(loaded.spec, group, skipped) for group in groups.values()]


def _usable(one: PersonSplit, zero_shot: bool, skipped: list[str]) -> bool:
    where = one.person + (f" {one.session}" if one.session else "")
    if not one.calibration and not zero_shot:
        skipped.append(f"{where}: nothing to calibrate on: left out")
        return False
    if len({repetition.label for repetition in one.calibration}) < 2 and not zero_shot:
        skipped.append(f"{where}: only one label to calibrate on: left out")
        return False
    if not one.test:
        skipped.append(f"{where}: nothing left to test: left out")
        return False
    return True


def _has_later_sessions(loaded: LoadedDataset) -> bool:
    sessions: dict[tuple[str, str], set[str]] = {}
    for repetition in loaded.repetitions:
        sessions.setdefault((repetition.part, repetition.person), set()).add(repetition.session)
    return loaded.spec.has_sessions and any(len(names) > 1 for names in sessions.values())
