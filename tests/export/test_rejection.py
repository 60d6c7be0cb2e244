"""Each gesture left out in turn."""

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS
from myoedge.export.rejection import rejection
from myoedge.export.subject import Subject

LABELS = ("rest", "fist", "hand open", "wrist flexion")


def emg(place: float, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng([round(10 * place) + 10, seed])
    loud = 1.0 + (15 * np.exp(-(((np.arange(8) - place) / 1.2) ** 2)) if place >= 0 else np.zeros(8))
    return np.round(rng.normal(size=(300, 8)) * loud).astype(np.float32)


def subject(places: tuple[float, ...], classic: Bundle, quiet: bool = True) -> Subject:
    def signal(label: int, session: int, number: int) -> NDArray[np.float32]:
        restless = session and not label and not quiet
        return emg(places[1] if restless else places[label], 10 * session + number)

    made = [
        Repetition(
            person="p",
            session=f"training{session}",
            label=LABELS[label],
            native=str(label),
            number=number,
            signals={"emg": signal(label, session, number)},
            rates={"emg": 200.0},
            order=(session * 10 + number) * 10 + label,
        )
        for session in range(2)
        for number in range(3)
        for label in range(len(LABELS))
    ]
    loaded = LoadedDataset(DATASETS["myo-laval"], tuple(made), (), ())
    return Subject(classic, None, loaded, ("emg",))


@pytest.fixture(scope="module")
def classic() -> Bundle:
    return load_bundle("classic")


def test_a_stranger_far_from_every_gesture_is_refused(classic: Bundle) -> None:
    row = rejection(subject((-1, 0.0, 3.0, 6.0), classic), "sessions")
    assert row["mean"]["false_accepts_at_target"] < 0.05 and row["mean"]["false_accepts"] < 0.05
    assert row["mean"]["right_accepted"] > 0.8
    assert row["rest"]["starts"] == 0 and row["rest"]["hours"] > 0


def test_a_stranger_between_two_gestures_may_pass(classic: Bundle) -> None:
    near = rejection(subject((-1, 1.0, 1.15, 6.0), classic), "sessions")
    assert near["mean"]["false_accepts_at_target"] > 0.2
    assert near["worst"]["false_accepts_at_target"] == near["people"]["p"]["false_accepts_at_target"]


def test_a_stricter_calibration_lets_less_through(classic: Bundle) -> None:
    alike = subject((-1, 1.0, 1.15, 6.0), classic)
    wide, narrow = (rejection(alike, "sessions", accept)["mean"] for accept in (0.99, 0.6))
    assert narrow["false_accepts"] < wide["false_accepts"]
    assert narrow["right_accepted"] < wide["right_accepted"]


def test_what_starts_while_the_arm_should_rest_is_counted(classic: Bundle) -> None:
    row = rejection(subject((-1, 0.0, 3.0, 6.0), classic, quiet=False), "sessions")
    assert row["rest"]["starts"] >= 3 and row["rest"]["starts_per_hour"] > 0
