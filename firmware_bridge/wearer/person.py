"""The fitted numbers of one simulated person and of what all people share, read from `wearers.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError, NotThereError

Array = NDArray[np.float64]
FILE = Path(__file__).with_name("wearers.json")
RING = 8  # electrodes of the armband that everybody was recorded with


@dataclass(frozen=True, slots=True)
class Modulation:
    """Log-normal change of amplitude: an Ornstein-Uhlenbeck process of log gain."""

    std: float  # of the natural logarithm
    tau_s: float


@dataclass(frozen=True, slots=True)
class Habits:
    """What all people share, fitted over all of them."""

    spectrum_hz: Array  # (bin,)
    session: Array  # (direction, 36): how the log covariance moves from one donning to the next
    repetition: Array  # (direction, 36): and from one contraction to the next
    slow_common: Modulation  # the effort wavers, all channels together
    slow_channel: Modulation
    fast_common: Modulation  # motor units fire in volleys: the heavy tails
    fast_channel: Modulation
    rise_s: float  # median time from 10 to 90 % of the amplitude
    fall_s: float
    rise_log_std: float
    overshoot: float  # share above the held level at the end of the rise
    overshoot_tau_s: float
    sway: Modulation  # std in radians, of the forearm's orientation
    acc_noise_g: float
    gyro_noise_dps: float

    @classmethod
    def decode(cls, table: Mapping[str, Any]) -> Self:
        values: dict[str, Any] = dict(table)
        for name in ("spectrum_hz", "session", "repetition"):
            values[name] = np.array(values[name], np.float64)
        for name in ("slow_common", "slow_channel", "fast_common", "fast_channel", "sway"):
            values[name] = Modulation(*map(float, values[name]))
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Person:
    """One anonymous real person as numbers."""

    name: str
    gestures: Mapping[str, Array]  # name -> (36,) logarithm of the channel covariance, counts squared
    spectrum: Array  # (bin,) share of power at habits.spectrum_hz
    habits: Habits

    @classmethod
    def decode(cls, name: str, table: Mapping[str, Any], habits: Habits) -> Self:
        gestures = {label: np.array(row, np.float64) for label, row in table["gestures"].items()}
        return cls(name, gestures, np.array(table["spectrum"], np.float64), habits)


def load_person(name: str) -> Person:
    """The person of that name. Raises NotThereError (no such wearer) or FormatError (a damaged file)."""
    table = _table()
    if name not in table["wearers"]:
        raise NotThereError(f"no wearer {name!r}; there are {', '.join(table['wearers'])}")
    try:
        return Person.decode(name, table["wearers"][name], load_habits())
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"wearers.json: {error!r} at {name}; wanted the fields of `wearer fit`") from error


def load_habits() -> Habits:
    """What all people share. Raises FormatError for a damaged file."""
    try:
        return Habits.decode(_table()["habits"])
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"wearers.json: {error!r} at habits; wanted the fields of `wearer fit`") from error


@cache
def _table() -> dict[str, Any]:
    text = FILE.read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


def covariance(tangent: Array) -> Array:
    """The covariance whose matrix logarithm has this upper triangle: (36,) -> (8, 8)."""
    return _symmetric_exp(tangent, 1.0)


def mixing(tangent: Array) -> Array:
    """Its symmetric square root, which turns independent sources into channels: (36,) -> (8, 8)."""
    return _symmetric_exp(tangent, 0.5)


def _symmetric_exp(tangent: Array, power: float) -> Array:
    rows, columns = np.triu_indices(RING)
    log = np.zeros((RING, RING))
    log[rows, columns] = tangent * np.where(rows == columns, 1.0, np.sqrt(0.5))
    log = log + log.T - np.diag(np.diag(log))
    values, vectors = np.linalg.eigh(log)
    result: Array = (vectors * np.exp(power * values)) @ vectors.T
    return result
