"""A union made of numbers: two bands, one turned and mirrored, four actions with planted patterns."""

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.export.data.repetition import Repetition
from myoedge.export.myosem.ring import Seat, places
from myoedge.export.myosem.union import SetWindows, Union

ACTIONS = ("rest", "fist", "wrist flexion", "wrist extension")
TURNED = Seat(3 / 8, True)  # how the second set's band sits against the first's
PEOPLE, TURNS, WINDOWS = 4, 8, 2  # of a set; repetitions of a label; windows of a repetition


def level(action: int, angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each place round the arm does in an action, 1 a strong contraction."""
    peaks = {1: 0.0, 2: 0.8, 3: 2.4}
    return 0.05 + (0.9 * np.exp(2 * (np.cos(angle - peaks[action]) - 1)) if action else 0 * angle)


def made_set(key: str, channels: int, seat: Seat, seed: int) -> SetWindows:
    rng = np.random.default_rng(seed)
    place = places(key, channels)
    angle = 2 * np.pi * ((-place if seat.mirrored else place) + seat.turn)
    repetitions: list[Repetition] = []
    x: list[NDArray[np.float64]] = []
    action: list[int] = []
    source: list[int] = []
    for person in range(PEOPLE):
        for turn in range(TURNS):
            for number, label in enumerate(ACTIONS):
                signals = {"emg": np.zeros((400, channels), np.float32)}
                one = Repetition(
                    f"p{person}", "all", label, str(number), turn, signals, {"emg": 200.0}, order=turn
                )
                for _ in range(WINDOWS):
                    x.append(rng.normal(0, 1, (200, channels)) * level(number, angle))
                    action.append(number)
                    source.append(len(repetitions))
                repetitions.append(one)
    numbers = np.array(action, np.int64)
    return SetWindows(
        key,
        np.array(x, np.float16),
        numbers,
        numbers,
        np.array(source, np.int64),
        ACTIONS,
        tuple(repetitions),
    )


@pytest.fixture(scope="session")
def union() -> Union:
    return Union(ACTIONS, (made_set("a", 8, Seat(), 1), made_set("b", 10, TURNED, 2)))
