"""Folds: who is learned from, who ends the training and who is tested, as lists of whole repetitions."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar
from zlib import crc32

import numpy as np

from myoedge.edge.errors import FormatError, UsageError
from myoedge.export.data.repetition import LoadedDataset, Repetition

SCHEMES = (
    "standard",
    "repetitions:1,3,4,6/2,5",
    "repetitions:1,3,4/6/2,5",
    "repetitions:K",
    "people:K",
    "sessions",
    "sessions:A/B/C",
)
EVERYONE = "all"  # Fold.person of a network for all people
OTHERS = "*"  # in a list of repetitions: all that no other list names
VALIDATION_SHARE = 0.2  # of the training people, where the scheme does not say; our choice

Apart = Literal["repetition", "session", "person"]
Lists = tuple[list[Repetition], list[Repetition], list[Repetition]]  # train, validation, test
Sets = tuple[Collection[object], Collection[object], Collection[object]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fold:
    """One training and its test. What is tested shares no repetition, session or person with the rest."""

    name: str
    person: str  # whose network it is, or EVERYONE
    train: tuple[Repetition, ...]  # in time order; all statistics come from these alone
    validation: tuple[Repetition, ...]  # ends the training; may be empty
    test: tuple[Repetition, ...]
    apart: Apart = "repetition"  # what train and validation do not share with test

    def __post_init__(self) -> None:
        """Refuses (FormatError) a leak between the lists, and a fold with nothing to learn or to test."""
        if not self.train or not self.test:
            raise FormatError(f"{self.name}: a fold needs repetitions to learn from and others to test")
        lists = {"train": self.train, "validation": self.validation, "test": self.test}
        pairs: tuple[tuple[str, str, Apart], ...] = (
            ("train", "validation", "repetition"),
            ("train", "test", self.apart),
            ("validation", "test", self.apart),
        )
        for left, right, by in pairs:
            if shared := _keys(lists[left], by) & _keys(lists[right], by):
                raise FormatError(
                    f"{self.name}: {left} and {right} share {by} {' '.join(map(str, min(shared)))}; "
                    f"each {by} belongs to one list"
                )


@dataclass(frozen=True, slots=True)
class Division:
    """All folds of a scheme, and who or what was left out and why."""

    folds: tuple[Fold, ...]
    skipped: tuple[str, ...]


def folds(dataset: LoadedDataset, scheme: str, seed: int) -> list[Fold]:
    """The folds of `divide`, without what was left out."""
    return list(divide(dataset, scheme, seed).folds)


def divide(dataset: LoadedDataset, scheme: str, seed: int, *, window_ms: float = 0.0) -> Division:
    """Divide a data set by one of SCHEMES; `seed` draws what the scheme leaves open: validation and groups.

    repetitions:A/B, A/V/B: a fold for each person: repetitions A (from 1; * for all others) train, V
    validate, B test; without V one of A is drawn, with an empty V there is none. repetitions:K, people:K: K
    folds, in each another K-th is tested (`all`: one at a time). sessions: a person's first session trains,
    all later ones test; or the named ones. standard: what the field uses for this set (DatasetSpec.standard).

    A repetition shorter than `window_ms` and a label that training lacks are left out and said. A person's
    folds are the same whoever else was loaded. Raises UsageError for another scheme, or one that this set
    cannot have.
    """
    if scheme == "standard" and not dataset.spec.standard:
        raise UsageError(f"{dataset.spec.key} has no standard division; wanted one like {SCHEMES[1]}")
    name, _, said = (dataset.spec.standard if scheme == "standard" else scheme).partition(":")
    maker = _Maker(dataset, scheme, seed)
    repetitions = maker.long_enough(window_ms)
    if name == "people" and said:
        maker.people_in_turn(repetitions, said)
    elif (name == "repetitions" and said) or name == "sessions":
        divide_one = maker.sessions if name == "sessions" else maker.repetitions
        for person, own in _people(repetitions).items():
            divide_one(person, own, said)
    else:
        raise UsageError(f"no scheme {scheme!r}; wanted one like {', '.join(SCHEMES)}")
    if not maker.folds:
        why = "; ".join(maker.skipped[:3]) or "no repetitions"
        raise UsageError(f"{scheme} leaves nobody of {dataset.spec.key} to test: {why}")
    return Division(tuple(maker.folds), tuple(maker.skipped))


class _Maker:
    """Makes the folds of one scheme, and remembers what was left out."""

    def __init__(self, dataset: LoadedDataset, scheme: str, seed: int) -> None:
        self.folds: list[Fold] = []
        self.skipped: list[str] = []
        self._dataset = dataset
        self._scheme = scheme
        self._seed = seed

    def long_enough(self, window_ms: float) -> list[Repetition]:
        """Repetitions that hold a window; a label of a person that loses all of them is said."""
        kept = [r for r in self._dataset.repetitions if r.seconds * 1000 >= window_ms]
        lost = {(r.person, r.label) for r in self._dataset.repetitions} - {(r.person, r.label) for r in kept}
        self.skipped += [f"{who}: {label} has no window of {window_ms:g} ms" for who, label in sorted(lost)]
        return kept

    def repetitions(self, person: str, own: Sequence[Repetition], said: str) -> None:
        """A/B or A/V/B: one fold; K: the repetition numbers dealt to K folds."""
        present = sorted({r.number + 1 for r in own})
        if "/" in said:
            lists = [_numbers(one, self._scheme) for one in said.split("/")]
            named = {n for one in lists for n in one or ()}
            filled = [set(present) - named if one is None else one for one in lists]
            self._add(person, person, _chosen(own, _number, self._three(person, filled)), "repetition")
        elif len(present) < 2:
            self.skipped.append(f"{person}: one repetition of each label, wanted 2 or more: left out")
        else:
            for turn, sets in enumerate(self._dealt(person, present, said), 1):
                self._add(f"{person} {turn}", person, _chosen(own, _number, sets), "repetition")

    def people_in_turn(self, repetitions: Sequence[Repetition], said: str) -> None:
        """K folds over people: a network for all, tested on people it never saw."""
        people = list(_people(repetitions))
        if len(people) < 2:
            raise UsageError(f"{self._scheme}: {len(people)} people found, wanted 2 or more")
        for sets in self._dealt("", people, said):
            name = f"without {','.join(sorted(map(str, sets[2])))}"
            self._add(name, EVERYONE, _chosen(repetitions, lambda r: r.person, sets), "person")

    def sessions(self, person: str, own: Sequence[Repetition], said: str) -> None:
        """The first session to all later ones, or those named: A,B/C or A/V/B."""
        spec = self._dataset.spec
        if not spec.has_sessions:
            raise UsageError(f"{spec.key} has no sessions; wanted repetitions:... or people:K")
        names = list(dict.fromkeys(r.session for r in own))
        if said:
            lists = [{name for name in one.split(",") if name} for one in said.split("/")]
            if unknown := sorted(set().union(*lists) - {r.session for r in self._dataset.repetitions}):
                raise UsageError(f"{self._scheme}: no session {', '.join(unknown)}; found {', '.join(names)}")
        else:
            first = set(spec.first_sessions or names[:1])
            lists = [first, set(names) - first]
        if len(lists) == 3:
            self._add(
                person, person, _chosen(own, lambda r: r.session, self._three(person, lists)), "session"
            )
            return
        if len(lists) != 2:
            raise UsageError(f"{self._scheme}: wanted sessions/sessions or sessions/validation/sessions")
        train, test = ([r for r in own if r.session in one] for one in lists)
        drawn = _drawn(sorted({_number(r) for r in train}), self._rng(person))
        held = [r for r in train if _number(r) in drawn]
        self._add(person, person, ([r for r in train if _number(r) not in drawn], held, test), "session")

    def _three(self, person: str, lists: Sequence[Collection[object]]) -> Sets:
        """Train, validation and test; validation is drawn from training where the scheme does not name it."""
        if len(lists) == 3:
            return lists[0], lists[1], lists[2]
        if len(lists) != 2:
            raise UsageError(f"{self._scheme}: wanted TRAIN/TEST or TRAIN/VALIDATION/TEST, as {SCHEMES[1]}")
        drawn = _drawn(sorted(lists[0], key=str), self._rng(person))
        return set(lists[0]) - set(drawn), drawn, lists[1]

    def _dealt(self, person: str, names: Sequence[object], said: str) -> list[Sets]:
        """K times train, validation and test; validation is drawn from what is not tested."""
        count = len(names) if said == "all" else int(said) if said.isascii() and said.isdigit() else 0
        if not 2 <= count <= len(names):
            raise UsageError(f"{self._scheme}: wanted 2 to {len(names)} folds or all; {len(names)} are there")
        rng = self._rng(person)
        order = list(names) if count == len(names) else [names[i] for i in rng.permutation(len(names))]
        dealt: list[Sets] = []
        for turn in range(count):
            test = set(order[turn::count])
            rest = [name for name in names if name not in test]
            drawn = set(_drawn(rest, rng, max(1, round(VALIDATION_SHARE * len(rest)))))
            dealt.append((set(rest) - drawn, drawn, test))
        return dealt

    def _add(self, name: str, person: str, lists: Lists, apart: Apart) -> None:
        """A fold of what can be learned; labels that training lacks are left out and said."""
        train, *others = lists
        known = {r.label for r in train}
        if train:
            strange = sorted({r.label for one in others for r in one} - known)
            self.skipped += [f"{name}: {label} is not in the training: left out" for label in strange]
        validation, test = ([r for r in one if r.label in known] for one in others)
        if not train or not test:
            met = f"{len(train)} repetitions to learn from and {len(test)} to test"
            self.skipped.append(f"{name}: {met}, wanted both: left out")
        elif len(known) < 2:
            self.skipped.append(f"{name}: only one label to learn, wanted 2 or more: left out")
        else:
            self.folds.append(Fold(name, person, tuple(train), tuple(validation), tuple(test), apart))

    def _rng(self, person: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, crc32(person.encode())])


def _chosen(repetitions: Iterable[Repetition], key: Callable[[Repetition], object], sets: Sets) -> Lists:
    lists: Lists = ([], [], [])
    for repetition in repetitions:
        for one, names in zip(lists, sets, strict=True):
            if key(repetition) in names:
                one.append(repetition)
    return lists


def _people(repetitions: Iterable[Repetition]) -> dict[str, list[Repetition]]:
    """Each person's repetitions in time order."""
    people: dict[str, list[Repetition]] = {}
    for repetition in repetitions:
        people.setdefault(repetition.person, []).append(repetition)
    return {person: sorted(own, key=lambda r: r.order) for person, own in people.items()}


def _number(repetition: Repetition) -> int:
    """As people count: from 1."""
    return repetition.number + 1


def _numbers(text: str, scheme: str) -> set[int] | None:
    """The numbers of a list; None for OTHERS."""
    if text == OTHERS:
        return None
    parts = [part for part in text.split(",") if part]
    if not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts):
        raise UsageError(f"{scheme}: {text!r} met, wanted repetitions from 1, as 1,3,4, or {OTHERS}")
    return {int(part) for part in parts}


def _drawn(names: Sequence[T], rng: np.random.Generator, count: int = 1) -> list[T]:
    """`count` of them, none where that would leave nothing to learn from."""
    if len(names) <= count:
        return []
    return [names[i] for i in sorted(rng.choice(len(names), count, replace=False))]


def _keys(repetitions: Iterable[Repetition], by: Apart) -> set[tuple[object, ...]]:
    """What identifies a repetition, session or person; two pieces of one repetition have one key."""
    if by == "person":
        return {(r.person,) for r in repetitions}
    if by == "session":
        return {(r.person, r.part, r.session) for r in repetitions}
    return {(r.person, r.part, r.session, r.label, r.number) for r in repetitions}
