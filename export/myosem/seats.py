"""How people's bands sit against each other, found from actions that they share."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from myoedge.export.myosem.ring import STRAIGHT, Seat, places, waves
from myoedge.export.myosem.split import TRAIN, Split
from myoedge.export.myosem.union import UNNAMED, SetWindows, Union

STEPS = 32  # turns that are tried. Our choice
ROUNDS = 3  # of laying everybody over the mean of all. Our choice
FLOOR = 0.02  # of a strong contraction

Seats = Mapping[tuple[str, str], Seat]  # (set, person); who is not in it sits as the set's others do
Levels = dict[int, NDArray[np.float64]]  # action -> log level of each channel, against the mean of actions


def find_seats(union: Union, split: Split) -> dict[tuple[str, str], Seat]:
    """Of everybody who teaches two actions or more that others teach too, and of every set as ("key", "").

    All are laid over the mean of all again and again; the set with most people is where it begins.
    """
    patterns = {
        (one.key, person): (places(one.key, one.x.shape[2]), levels)
        for one, roles in zip(union.sets, split.roles, strict=True)
        for person, levels in _patterns(one, roles).items()
    }
    if not patterns:
        return {}
    many = max(union.sets, key=lambda one: len({key for key in patterns if key[0] == one.key}))
    seats = {key: STRAIGHT for key in patterns if key[0] == many.key}
    for _ in range(ROUNDS):
        mean = _mean(patterns, seats)
        seats = {key: best_seat(place, levels, mean) for key, (place, levels) in patterns.items()}
    return seats | {(one.key, ""): _common(seats, one.key) for one in union.sets}


def seat_of(seats: Seats, key: str, person: str) -> Seat:
    """Whose seat is not known sits as the set's others do."""
    return seats.get((key, person), seats.get((key, ""), STRAIGHT))


def best_seat(place: NDArray[np.float64], levels: Levels, mean: Levels) -> Seat:
    """The turn and direction under which these look most like the mean; straight without two of them."""
    shared = [action for action in levels if action in mean]
    if len(shared) < 2:
        return STRAIGHT
    tried = [Seat(turn / STEPS, mirrored) for mirrored in (False, True) for turn in range(STEPS)]
    likeness = [_likeness(levels, mean, shared, waves(place, seat)) for seat in tried]
    return tried[int(np.argmax(likeness))]


def _likeness(levels: Levels, mean: Levels, shared: list[int], seen: NDArray[np.float32]) -> float:
    return float(sum((levels[action] @ seen) @ mean[action] for action in shared))


def levels_of(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean over windows of the log level of every channel, (channel,)."""
    rms = np.sqrt(np.square(x, dtype=np.float64).mean(axis=1))
    found: NDArray[np.float64] = np.log(rms + FLOOR).mean(axis=0)
    return found


def centred(levels: Levels) -> Levels:
    """Against the mean of the actions: what a band shows of each, whatever its contact is like."""
    mean = np.mean(list(levels.values()), axis=0)
    return {action: level - mean for action, level in levels.items()}


def _patterns(one: SetWindows, roles: NDArray[np.int8]) -> dict[str, Levels]:
    person = np.array([r.person for r in one.repetitions])[one.repetition]
    found: dict[str, Levels] = {}
    for name in dict.fromkeys(person.tolist()):
        rows = np.flatnonzero((person == name) & (roles == TRAIN) & (one.action != UNNAMED))
        actions = np.unique(one.action[rows]).tolist()
        if len(actions) >= 2:
            found[name] = centred({a: levels_of(one.x[rows[one.action[rows] == a]]) for a in actions})
    return found


def _mean(
    patterns: Mapping[tuple[str, str], tuple[NDArray[np.float64], Levels]], seats: Seats
) -> dict[int, NDArray[np.float64]]:
    sums: dict[int, list[NDArray[np.float64]]] = {}
    for key, seat in seats.items():
        if key not in patterns:
            continue
        place, levels = patterns[key]
        seen = waves(place, seat)
        for action, level in levels.items():
            sums.setdefault(action, []).append(level @ seen)
    return {action: np.mean(rows, axis=0) for action, rows in sums.items()}


def _common(seats: Seats, key: str) -> Seat:
    """The direction of most, and the circular mean of their turns."""
    own = [seat for (name, _), seat in seats.items() if name == key]
    if not own:
        return STRAIGHT
    mirrored = sum(seat.mirrored for seat in own) * 2 > len(own)
    turns = np.array([seat.turn for seat in own if seat.mirrored == mirrored])
    middle = np.angle(np.exp(2j * np.pi * turns).mean()) / (2 * np.pi)
    return Seat(float(middle % 1.0), mirrored)
