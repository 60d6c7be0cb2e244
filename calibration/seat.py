"""How the band sits against its calibration, and a profile that says so: turned, mirrored, looser or tighter.

Whole electrodes go into the profile's `order`, the part that is left into its `turn`. The network sees whole
electrodes only, so where the calibration is at hand its part of the head is moved by the rest: to between the
means of the calibration as it is and of the same one turned by an electrode.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.stretch import Stretch
from myoedge.edge.head import Head
from myoedge.edge.profile import Profile

SEAT_FACT = "seat"  # in a profile's facts: how the band sits, and the order it was calibrated with
REFRESH_FACT = "refreshed"  # and when its means were renewed: they are no longer the calibration's
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seat:
    """Against the calibration."""

    turn: float = 0.0  # electrodes around the ring, in quarters; positive: what place i - 1 showed is at i
    mirrored: bool = False
    gain: float = 1.0  # times the calibration's

    @property
    def whole(self) -> int:
        """Electrodes that the channel order takes over."""
        return round(self.turn)

    @property
    def part(self) -> float:
        """Of an electrode, -0.5 to 0.5: what is left."""
        return self.turn - self.whole

    def order(self, calibrated: Sequence[int]) -> tuple[int, ...]:
        """The armband channel at each place of the window."""
        base = tuple(calibrated)[::-1] if self.mirrored else tuple(calibrated)
        return tuple(base[(i - self.whole) % len(base)] for i in range(len(base)))

    def to_json(self) -> dict[str, Any]:
        return {"turn": self.turn, "mirrored": self.mirrored, "gain": self.gain}


def seat_of(profile: Profile) -> tuple[Seat, Profile]:
    """How the profile says the band sits, and the profile as it was calibrated (but for the head)."""
    row = profile.facts.get(SEAT_FACT)
    if not isinstance(row, dict):
        return Seat(), profile
    seat = Seat(float(row["turn"]), bool(row["mirrored"]), float(row["gain"]))
    calibrated = tuple(int(c) for c in row["order"])
    facts = {name: value for name, value in profile.facts.items() if name != SEAT_FACT}
    return seat, replace(
        profile,
        order=calibrated,
        turn=0.0,
        gain=profile.gain / seat.gain,
        dead=_places(profile.dead, profile.order, calibrated),
        facts=facts,
    )


def seated(base: Profile, seat: Seat, head: Head | None = None) -> Profile:
    """The calibrated profile `base` for a band that sits like that; `head` where its means have moved."""
    head = head or base.head
    if seat == Seat():
        return replace(base, head=head)
    order = seat.order(base.order)
    return replace(
        base,
        order=order,
        turn=seat.part,
        gain=base.gain * seat.gain,
        dead=_places(base.dead, base.order, order),
        head=head,
        facts={**base.facts, SEAT_FACT: {**seat.to_json(), "order": list(base.order)}},
    )


def _places(dead: Sequence[int], before: Sequence[int], after: Sequence[int]) -> tuple[int, ...]:
    """Where the same dead channels of the armband stand in another order."""
    channels = {before[place] for place in dead}
    return tuple(place for place, channel in enumerate(after) if channel in channels)


class NetworkMeans:
    """The network's part of a head, for a band that sits a part of an electrode off.

    `kept` is the calibration the head was fitted to; without it, or where the head was refreshed since, the
    head stays as it is.
    """

    def __init__(self, base: Profile, embedder: StreamEmbedder, kept: Sequence[Stretch]) -> None:
        self._base, self._embedder = base, embedder
        able = embedder.bundle.embedding and embedder.engine is not None and REFRESH_FACT not in base.facts
        self._kept = kept if able else ()
        self._means: dict[int, Array] = {}

    def head(self, part: float) -> Head:
        """The head with its network block between two electrodes."""
        head = self._base.head
        if not self._kept:
            return head
        start = head.blocks[-1][0]
        far = -1 if part > 0 else 1
        here = self._at(0)
        moved = here if not part else (1 - abs(part)) * here + abs(part) * self._at(far)
        means = head.means.copy()
        means[:, start:] = moved / head.spread[start:]
        return replace(head, means=means)

    def _at(self, whole: int) -> Array:
        """Means of the network's block over the calibration turned by so much, (label, feature)."""
        if whole not in self._means:
            base, labels = self._base, self._base.head.labels
            order = Seat(float(whole)).order(base.order)
            found = self._embedder.worn(order, 0.0, base.gain, _places(base.dead, base.order, order))
            start = base.head.blocks[-1][0]
            examples = [example for stretch in self._kept for example in found.examples(stretch)]
            rows = [[e.embeddings[:, start:] for e in examples if e.label == label] for label in labels]
            own = base.head.means[:, start:] * base.head.spread[start:]
            self._means[whole] = np.stack(
                [
                    np.concatenate(mine).mean(axis=0) if sum(map(len, mine)) else own[i]
                    for i, mine in enumerate(rows)
                ]
            )
        return self._means[whole]
