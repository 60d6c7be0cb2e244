"""A session that a simulated wearer goes through: every gesture, so many times, held so long."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myoedge.firmware_bridge.wearer.person import Person, load_habits
from myoedge.firmware_bridge.wearer.wearer import Wearer

SETTLE_S = 1.0  # after the movement begins: what follows is held


@dataclass(frozen=True, slots=True)
class Held:
    """One repetition as a labelled stretch of a recording would hold it."""

    gesture: str
    number: int
    emg: NDArray[np.int16]  # (time, channel)


def held_session(wearer: Wearer, rate_hz: float, repetitions: int, seconds: float) -> list[Held]:
    """Each gesture `repetitions` times, `seconds` of each, with a rest between."""
    found = []
    for number in range(repetitions):
        for gesture in wearer.gestures:
            wearer.perform("rest")
            wearer.emg(round(rate_hz))
            wearer.perform(gesture)
            wearer.emg(round(SETTLE_S * rate_hz))
            found.append(Held(gesture, number, wearer.emg(round(seconds * rate_hz))))
    return found


def rehearse(
    gestures: Mapping[str, NDArray[np.float64]],
    spectrum: NDArray[np.float64],
    repetitions: int,
    seconds: float,
    seed: int,
) -> list[tuple[str, int, NDArray[np.int16]]]:
    """A session at 8 x 200 Hz of a person just fitted: (gesture, its repetition, (time, 8) counts)."""
    wearer = Wearer(Person("fitted", gestures, spectrum, load_habits()), seed=seed)
    return [
        (held.gesture, held.number, held.emg) for held in held_session(wearer, 200.0, repetitions, seconds)
    ]
