"""What one person's thresholds let through, right, wrong and strange, and how people are put together."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Row = dict[str, float | None]

# What a person's line holds; the worst of them is the largest or the smallest.
SHARES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "false_accepts_at_target": max,
    "right_accepted": min,
    "false_accepts": max,
    "wrong_accepted": max,
}


@dataclass(slots=True)
class LetThrough:
    """One person's decisions by their strangeness, of which up to 1 is let through."""

    right: list[Array] = field(default_factory=list)  # known gestures, decided right
    wrong: list[Array] = field(default_factory=list)  # known, decided wrong
    strange: list[Array] = field(default_factory=list)  # left out; inf: taken for rest, or not noticed
    starts: int = 0  # of gestures during rest
    rest_s: float = 0.0
    moved_s: float = 0.0  # how long the strange movements lasted, where movements are judged

    def to_json(self, accept: float) -> Row:
        """Shares; "at target" is at the strictness under which `accept` of the right decisions pass."""
        right, wrong, strange = (_all(rows) for rows in (self.right, self.wrong, self.strange))
        limit = float(np.quantile(right, accept)) if len(right) else np.nan
        return {
            "false_accepts_at_target": _share(strange <= limit),
            "right_accepted": _share(right <= 1),
            "false_accepts": _share(strange <= 1),
            "wrong_accepted": _share(wrong <= 1),
            "rest_hours": round(self.rest_s / 3600, 4),
            "starts_at_rest": self.starts,
        }


def worst_of(people: Collection[Row]) -> Row:
    """Of each share by itself; None where nobody has a figure."""
    return {name: _over(people, name, worst) for name, worst in SHARES.items()}


def rest_of(people: Collection[LetThrough]) -> dict[str, Any]:
    """Starts an hour of rest, over all people."""
    hours, starts = sum(one.rest_s for one in people) / 3600, sum(one.starts for one in people)
    return {
        "hours": round(hours, 3),
        "starts": starts,
        "starts_per_hour": round(starts / hours, 1) if hours else None,
    }


def moving_of(people: Collection[LetThrough]) -> dict[str, Any]:
    """Events an hour of strange movement, over all people; 0 of both where windows were judged."""
    hours = sum(one.moved_s for one in people) / 3600
    events = sum(int((_all(one.strange) <= 1).sum()) for one in people if one.moved_s)
    return {
        "hours": round(hours, 3),
        "events": events,
        "events_per_hour": round(events / hours, 1) if hours else None,
    }


def _over(people: Collection[Row], name: str, of: Callable[[Sequence[float]], float]) -> float | None:
    values = [value for row in people if (value := row[name]) is not None]
    return round(float(of(values)), 4) if values else None


def _all(rows: Sequence[Array]) -> Array:
    return np.concatenate(rows) if rows else np.zeros(0)


def _share(flags: NDArray[np.bool_]) -> float | None:
    return round(float(flags.mean()), 4) if len(flags) else None
