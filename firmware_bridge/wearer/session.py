"""A session that a simulated wearer goes through: every gesture, so many times, held so long."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
