"""Who learns, who chooses and who is asked: splits of the union by repetition, person, action or data set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.decide import REST
from myoedge.edge.errors import UsageError
from myoedge.export.data.repetition import Repetition
from myoedge.export.myosem.union import UNNAMED, SetWindows, Union

TRAIN, VALIDATION, TEST, LEFT_OUT = range(4)
SCHEMES = ("rand", "user", "class:DRAW", "set:KEY", "amputee")
HELD_OUT_ACTIONS = 0.2  # share of the named actions. Our choice, as are the others
PEOPLE_TESTED, PEOPLE_CHOOSING = 0.25, 0.12
INTACT, AMPUTEES = ("ninapro-db2",), ("ninapro-db3", "ninapro-db7")

Roles = NDArray[np.int8]  # (window,) TRAIN, VALIDATION, TEST or LEFT_OUT


@dataclass(frozen=True, slots=True)
class Split:
    """The role of every window of every set."""

    name: str
    roles: tuple[Roles, ...]  # as the union's sets
    unseen: tuple[int, ...] = ()  # actions that no window teaches


def split(union: Union, scheme: str, seed: int = 0) -> Split:
    """One of SCHEMES; raises UsageError for another, or where nothing would be learned or asked.

    rand: every fourth repetition of a label is asked, another fourth chooses. user: people apart. class:
    actions apart, in all sets at once; one repetition in four of the others chooses. set: one data set is
    asked. amputee: NinaPro DB2 learns, DB3 and the amputees of DB7 are asked.
    """
    kind, _, which = scheme.partition(":")
    makers: dict[str, Callable[[], Split]] = {
        "rand": lambda: _by_repetition(union, scheme),
        "user": lambda: _by_people(union, scheme, seed),
        "class": lambda: _by_action(union, scheme, which, seed),
        "set": lambda: _by_set(union, scheme, (which,)),
        "amputee": lambda: _amputee(union, scheme),
    }
    if kind not in makers or (kind in ("class", "set")) != bool(which):
        raise UsageError(f"no split {scheme!r}; wanted one of {', '.join(SCHEMES)}")
    found = makers[kind]()
    for role, said in ((TRAIN, "learn from"), (TEST, "ask about")):
        if not any((roles == role).any() for roles in found.roles):
            raise UsageError(f"{scheme}: nothing to {said} in {', '.join(one.key for one in union.sets)}")
    return found


def _turns(one: SetWindows) -> NDArray[np.int64]:
    """Of every window: how often its label was done before by this person, over all sessions."""
    count: dict[tuple[str, str], int] = {}
    turn = []
    for repetition in one.repetitions:
        key = (repetition.person, repetition.label)
        turn.append(count.setdefault(key, 0))
        count[key] += 1
    return np.array(turn, np.int64)[one.repetition]


def _by_repetition(union: Union, name: str) -> Split:
    turns = [_turns(one) % 4 for one in union.sets]
    roles = [np.select([turn == 3, turn == 2], [TEST, VALIDATION], TRAIN).astype(np.int8) for turn in turns]
    return Split(name, tuple(roles))


def _by_people(union: Union, name: str, seed: int) -> Split:
    roles = []
    for one in union.sets:
        order = _drawn(sorted({r.person for r in one.repetitions}), seed)
        tested = round(PEOPLE_TESTED * len(order))
        choosing = max(round(PEOPLE_CHOOSING * len(order)), int(tested > 0))
        by = dict.fromkeys(order[:tested], TEST)
        by |= dict.fromkeys(order[tested : tested + choosing], VALIDATION)
        roles.append(_of_people(one, by))
    return Split(name, tuple(roles))


def _of_people(one: SetWindows, by: dict[str, int]) -> Roles:
    of = np.array([by.get(r.person, TRAIN) for r in one.repetitions], np.int8)
    return of[one.repetition]


def _by_action(union: Union, name: str, draw: str, seed: int) -> Split:
    if not draw.isdigit():
        raise UsageError(f"met {name!r}; wanted class:0, class:1, ... for the first, second, ... draw")
    here = sorted({a for one in union.sets for a in one.action.tolist() if a != UNNAMED})
    moved = [a for a in here if union.actions[a] != REST]
    order = _drawn([union.actions[a] for a in moved], seed + int(draw))
    held = {union.actions.index(text) for text in order[: max(2, round(HELD_OUT_ACTIONS * len(order)))]}
    roles = []
    for one in union.sets:
        role = np.where(_turns(one) % 4 == 2, VALIDATION, TRAIN).astype(np.int8)
        role[np.isin(one.action, sorted(held))] = TEST
        role[(_turns(one) % 4 == 3) & (role != TEST)] = TEST  # seen actions, for the pool of all
        roles.append(role)
    return Split(name, tuple(roles), tuple(sorted(held)))


def _by_set(union: Union, name: str, keys: Sequence[str]) -> Split:
    if unknown := [key for key in keys if key not in {one.key for one in union.sets}]:
        raise UsageError(
            f"the union has no {unknown[0]!r}; it has {', '.join(one.key for one in union.sets)}"
        )
    roles = []
    for one in union.sets:
        if one.key in keys:
            roles.append(np.full(len(one), TEST, np.int8))
        else:
            roles.append(np.where(_turns(one) % 4 == 2, VALIDATION, TRAIN).astype(np.int8))
    learned = {a for one in union.sets if one.key not in keys for a in one.action.tolist()}
    asked = {a for one in union.sets if one.key in keys for a in one.action.tolist()} - {UNNAMED}
    return Split(name, tuple(roles), tuple(sorted(asked - learned)))


def _amputee(union: Union, name: str) -> Split:
    roles = []
    for one in union.sets:
        if one.key in INTACT:
            roles.append(np.where(_turns(one) % 4 == 2, VALIDATION, TRAIN).astype(np.int8))
        elif one.key in AMPUTEES:
            asked = [one.key == "ninapro-db3" or _amputated(r) for r in one.repetitions]
            roles.append(np.where(np.array(asked)[one.repetition], TEST, LEFT_OUT).astype(np.int8))
        else:
            roles.append(np.full(len(one), LEFT_OUT, np.int8))
    return Split(name, tuple(roles))


def _amputated(repetition: Repetition) -> bool:
    """DB7's people 21 and 22 (Krasoulis et al. 2017)."""
    return repetition.person.lstrip("sS") in ("21", "22")


def _drawn(names: Sequence[str], seed: int) -> list[str]:
    """In an order that seed and names alone decide."""
    rng = np.random.default_rng([seed, crc32("\n".join(names).encode())])
    return [names[place] for place in rng.permutation(len(names))]
