"""What tells one NinaPro set from another: exercises, labels, arms, and variables that may be missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

A, B, C = 12, 17, 23  # movements of the exercises
# Exercise D in older files: a bit for each finger that presses (1 little, 2 ring, 4 middle, 8 index, 16 thumb
# abduction, 32 thumb flexion), which fits the list of its nine movements exactly.
BIT_CODES: Mapping[int, int] = {1: 41, 2: 42, 4: 43, 8: 44, 16: 45, 32: 46, 9: 47, 6: 48, 40: 49}


@dataclass(frozen=True, slots=True)
class Layout:
    """One set."""

    exercises: Mapping[int, tuple[int, int]]  # number in the file name to first and last global label
    restarts: bool = False  # labels begin with 1 in every exercise
    acquisitions: bool = False  # A1, A2, ... of the file names are sessions
    left_handed: frozenset[int] | None = None  # None: the set does not say
    amputees: frozenset[int] = frozenset()
    only_in: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # variables of some exercises alone
    optional: frozenset[str] = frozenset()  # variables whose absence is nothing to tell


_ABC = {1: (1, A), 2: (A + 1, A + B), 3: (A + B + 1, A + B + C)}
_BCD = {1: (1, B), 2: (B + 1, B + C), 3: (41, 49)}
_DELSYS = {"glove": (1, 2), "force": (3,)}

LAYOUTS: Mapping[str, Layout] = {
    "ninapro-db1": Layout(_ABC, restarts=True),
    "ninapro-db2": Layout(_BCD, left_handed=frozenset({4, 13, 22, 25, 26}), only_in=_DELSYS),
    "ninapro-db3": Layout(
        _BCD, left_handed=frozenset({2, 5, 6}), amputees=frozenset(range(1, 12)), only_in=_DELSYS
    ),
    "ninapro-db5": Layout(_ABC, restarts=True, optional=frozenset({"inclin"})),
    "ninapro-db7": Layout(
        {1: _BCD[1], 2: _BCD[2]}, left_handed=frozenset({1, 4, 5, 14}), amputees=frozenset({21, 22})
    ),
    "ninapro-db8": Layout({1: (1, 9)}, acquisitions=True, amputees=frozenset({11, 12})),
}
