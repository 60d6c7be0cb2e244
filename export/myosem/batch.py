"""Draws windows of many actions and sets into one batch, and moves bands and signals about as people do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from myoedge.export.myosem.ring import Seat, places, waves
from myoedge.export.myosem.seats import Seats, seat_of
from myoedge.export.myosem.split import TRAIN, Split
from myoedge.export.myosem.union import UNNAMED, SetWindows, Union

if TYPE_CHECKING:
    from torch import Tensor

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Augment:
    """How much a band and a signal stray; all our choice."""

    turn: float = 0.06  # deviation of the band's turn, in whole turns: half an electrode of eight
    gain: float = 0.2  # deviation of the log gain
    channel_gain: float = 0.1  # the same of each channel
    noise: float = 0.02  # of a strong contraction
    dropped: float = 0.1  # chance that a window loses one channel
    shift: int = 20  # samples that a window may be moved by, the rest repeated from its edge


@dataclass(frozen=True, slots=True)
class Drawn:
    """Windows with one number of channels."""

    x: "Tensor"  # (batch, time, channel)
    waves: "Tensor"  # (batch, channel, wave)
    action: Rows  # (batch,)


class Batches:
    """Batches of a split, alike in actions; each step depends on seed and number alone."""

    def __init__(
        self, union: Union, split: Split, seats: Seats, size: int, augment: Augment, seed: int
    ) -> None:
        self._union, self._size, self._augment, self._seed = union, size, augment, seed
        self._seats = seats
        # action -> [(set, [rows of one person, ...]), ...]
        self._pools: dict[int, list[tuple[int, list[Rows]]]] = {}
        for place, (one, roles) in enumerate(zip(union.sets, split.roles, strict=True)):
            for action, people in _pools(one, roles).items():
                self._pools.setdefault(action, []).append((place, people))
        self.actions = sorted(self._pools)

    def step(self, number: int) -> list[Drawn]:
        """The windows of one step, those of sets with the same number of channels together."""
        rng = np.random.default_rng([self._seed, number])
        chosen: dict[int, list[tuple[int, int]]] = {}
        for drawn in rng.integers(0, len(self.actions), (self._size,)).tolist():
            action = self.actions[drawn]
            pools = self._pools[action]
            place, people = pools[rng.integers(len(pools))]
            rows = people[rng.integers(len(people))]
            chosen.setdefault(place, []).append((int(rng.choice(rows)), action))
        groups: dict[int, list[Drawn]] = {}
        for place, picks in chosen.items():
            one = self._union.sets[place]
            rows, actions = (np.array(column) for column in zip(*picks, strict=True))
            drawn = self._moved(one, rows, actions, rng)
            groups.setdefault(one.x.shape[2], []).append(drawn)
        return [_joined(group) for group in groups.values()]

    def _moved(self, one: SetWindows, rows: Rows, actions: Rows, rng: np.random.Generator) -> Drawn:
        import torch

        how = self._augment
        x = one.x[rows].astype(np.float32)
        batch, time, channels = x.shape
        shift = rng.integers(-how.shift, how.shift + 1, (batch, 1))
        at = np.clip(np.arange(time)[None] + shift, 0, time - 1)
        x = np.take_along_axis(x, at[:, :, None], axis=1)
        gain = rng.normal(0, how.gain, (batch, 1, 1)) + rng.normal(0, how.channel_gain, (batch, 1, channels))
        x = x * np.exp(gain).astype(np.float32)
        x += rng.normal(0, how.noise, x.shape).astype(np.float32)
        lost = np.flatnonzero(rng.random(batch) < how.dropped)
        gone = rng.integers(0, channels, len(lost))
        x[lost, :, gone] = 0
        turned = waves_of(one, rows, self._seats, rng.normal(0, how.turn, (batch,)))
        return Drawn(torch.from_numpy(x), torch.from_numpy(turned), actions)


def _pools(one: SetWindows, roles: NDArray[np.int8]) -> dict[int, list[Rows]]:
    """Rows that train, by action and person; rest and the unnamed as they come."""
    person = np.array([r.person for r in one.repetitions])[one.repetition]
    pools: dict[int, list[Rows]] = {}
    for action in np.unique(one.action).tolist():
        if action == UNNAMED:
            continue
        rows = np.flatnonzero((one.action == action) & (roles == TRAIN))
        whose = person[rows]
        people = [rows[whose == name] for name in np.unique(whose)]
        if people:
            pools[action] = people
    return pools


def _joined(group: list[Drawn]) -> Drawn:
    import torch

    return Drawn(
        torch.cat([one.x for one in group]),
        torch.cat([one.waves for one in group]),
        np.concatenate([one.action for one in group]),
    )


def waves_of(
    one: SetWindows, rows: Rows, seats: Seats, turned: NDArray[np.float64] | None = None
) -> NDArray[np.float32]:
    """What each window's band sees, (window, channel, wave); `turned`: turns beside those of the seats."""
    place = places(one.key, one.x.shape[2])
    own = [seat_of(seats, one.key, one.repetitions[r].person) for r in one.repetition[rows].tolist()]
    if turned is not None:
        own = [Seat(seat.turn + turn, seat.mirrored) for seat, turn in zip(own, turned, strict=True)]
    kinds = {seat: waves(place, seat) for seat in dict.fromkeys(own)}
    return np.stack([kinds[seat] for seat in own])


def in_order(one: SetWindows, rows: Rows, seats: Seats, at_once: int = 512) -> Iterator[Drawn]:
    """Windows as they are, to be judged."""
    import torch

    for start in range(0, len(rows), at_once):
        chosen = rows[start : start + at_once]
        x = torch.from_numpy(one.x[chosen].astype(np.float32))
        yield Drawn(x, torch.from_numpy(waves_of(one, chosen, seats)), one.action[chosen])
