"""The checks tell what they should: a good simulation from a bad one."""

import numpy as np
import pytest

from myoedge.edge.errors import UsageError
from myoedge.export.wearer_check import (
    Head,
    Session,
    area,
    as_polled,
    modulation,
    real_or_simulated,
    transfer,
)
from myoedge.export.wearer_trial import report

GESTURES = ("rest", "fist", "open")


def session(person: int, seed: int, gain: float = 1.0, tails: float = 0.0) -> Session:
    rng = np.random.default_rng((person, seed))
    shapes = np.random.default_rng(person).uniform(3, 30, (3, 8))
    emg = []
    for shape in shapes:
        wild = np.exp(tails * rng.standard_normal((300, 1)))
        emg.append(gain * shape * wild * rng.standard_normal((300, 8)))
    return Session(f"p{person}", GESTURES, tuple(emg))


def test_a_head_carries_over_to_the_same_person_and_not_to_another() -> None:
    same = transfer(session(1, 0), session(1, 1), session(1, 2), session(1, 3))
    other = transfer(session(1, 0), session(1, 1), session(2, 2), session(2, 3))
    assert same.real_simulated > 0.95 and same.simulated_real > 0.95
    assert other.simulated_real < 0.9


def test_the_report_fails_a_simulation_of_other_people() -> None:
    good = [transfer(session(p, 0), session(p, 1), session(p, 2), session(p, 3)) for p in range(3)]
    bad = [transfer(session(p, 0), session(p, 1), session(p + 9, 2), session(p + 9, 3)) for p in range(3)]
    assert report(good)["holds"] and not report(bad)["holds"]


def test_windows_that_differ_are_told_and_equal_ones_are_not() -> None:
    real = {f"p{p}": session(p, 0) for p in range(6)}
    assert 0.35 < real_or_simulated(real, {f"p{p}": session(p, 1) for p in range(6)}) < 0.65
    assert real_or_simulated(real, {f"p{p}": session(p, 1, tails=0.8) for p in range(6)}) > 0.8


def test_area_is_by_ranks() -> None:
    truth = np.array([0.0, 0.0, 1.0, 1.0])
    assert area(np.array([0.1, 0.2, 0.3, 9.0]), truth) == 1.0
    assert area(np.array([0.3, 0.1, 0.2, 0.4]), truth) == 0.75


def test_a_scale_mixture_shows_its_modulation_and_a_gaussian_none() -> None:
    rng = np.random.default_rng(1)
    plain = [rng.standard_normal((4000, 8)) * 20 for _ in range(4)]
    waving = [x * np.exp(0.4 * rng.standard_normal((4000, 1))) for x in plain]
    assert np.abs(modulation(plain, (0, 1))[1]).max() < 0.02
    assert modulation(waving, (0, 1))[1][0] == pytest.approx(0.16, abs=0.05)


def test_polling_keeps_the_values_of_the_packets_that_were_seen() -> None:
    emg = np.repeat(np.arange(100.0)[:, None], 8, axis=1)
    polled = as_polled(np.array([0.0, 0.012, 0.013, 0.031, 0.052]), emg)
    assert polled.shape[1] == 8
    assert polled[0, 0] == 0 and polled[-1, 0] <= 10
    assert (np.diff(polled[:, 0]) >= 0).all()


def test_one_gesture_cannot_be_told_apart() -> None:
    with pytest.raises(UsageError, match="at least 2"):
        Head(np.zeros((4, 3)), np.array(["fist"] * 4))
