"""Where a band's electrodes sit round the arm, as waves round a circle: any number of them is one shape."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HARMONICS = 3  # a band of eight electrodes holds no more than three and a half. Our choice

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seat:
    """How a band sits against the others: turned by so much, and which way round it counts."""

    turn: float = 0.0  # share of a whole turn
    mirrored: bool = False


STRAIGHT = Seat()


def places(key: str, channels: int) -> Places:
    """Place of every used channel of a set round the arm, in turns, (channel,)."""
    return _RINGS[key](channels) if key in _RINGS else np.arange(channels) / channels


def columns_of(key: str, channels: int) -> tuple[int, ...]:
    """Which of a set's channels sit on its rings, in their order."""
    # NinaPro's DB2, 3 and 7: eight round the arm, two spots over the fingers' muscles, biceps, triceps
    return tuple(range(8)) if key in ("ninapro-db2", "ninapro-db3", "ninapro-db7") else tuple(range(channels))


def _two_bands(channels: int) -> Places:
    """NinaPro DB5: the second Myo is turned by 22.5 degrees against the first."""
    one = np.arange(channels // 2) / (channels // 2)
    return np.concatenate([one, one + 1 / channels])


def _grid(channels: int) -> Places:
    """flexemg (its arraymap): 16 places of 4 electrodes along the arm, counted in two halves."""
    number = np.arange(channels)
    half = channels // 2
    place = np.where(number < half, (half - 1 - number) // 4, half // 4 + (channels - 1 - number) // 4)
    return place / (channels // 4)


_RINGS: Mapping[str, Callable[[int], Places]] = {"ninapro-db5": _two_bands, "flexemg": _grid}


def waves(place: Places, seat: Seat = STRAIGHT, harmonics: int = HARMONICS) -> NDArray[np.float32]:
    """(channel, 2 x harmonics + 1): mean, cosine and sine of each wave; each column a mean over channels.

    A sum over channels weighted by these is what the band sees of a pattern round the arm: a turned band
    changes the phase of each wave and nothing else.
    """
    angle = 2 * np.pi * ((-place if seat.mirrored else place) + seat.turn)
    columns = [np.ones_like(angle)]
    for number in range(1, harmonics + 1):
        columns += [np.cos(number * angle), np.sin(number * angle)]
    return (np.stack(columns, axis=1) / len(angle)).astype(np.float32)
