"""The fit finds again what made the samples."""

import numpy as np

from myoedge.export.wearer_fit import fit_gestures, fit_sway, fit_variation, rise_curve, spectra, tangent
from myoedge.export.wearer_sources import Repetition, Word

RNG = np.random.default_rng(3)
MIXING = RNG.normal(size=(8, 8)) * 6


def repetition(gain: float, person: str = "a", session: str = "1", number: int = 0) -> Repetition:
    emg = np.rint(RNG.standard_normal((400, 8)) @ MIXING.T * gain)
    return Repetition(person, session, "fist", number, np.linspace(0, 3.99, 400), emg)


def test_the_tangent_is_the_logarithm_of_the_covariance() -> None:
    emg = RNG.standard_normal((200_000, 8)) * np.exp(np.arange(8) / 2)
    rows, columns = np.triu_indices(8)
    wanted = np.where(rows == columns, rows * 1.0, 0.0)
    assert np.abs(tangent(emg) - wanted).max() < 0.1


def test_the_mean_gesture_is_that_of_its_repetitions() -> None:
    found = fit_gestures([repetition(1.0, number=i) for i in range(20)])["fist"]
    assert (
        np.abs(found - tangent(np.random.default_rng(9).standard_normal((100_000, 8)) @ MIXING.T)).max() < 0.3
    )


def test_repetitions_that_differ_in_gain_alone_move_in_one_direction() -> None:
    gains = [np.exp(0.5 * RNG.standard_normal()) for _ in range(160)]
    found = [repetition(gain, f"p{i // 4}", str(i // 2 % 2 + 1), i % 2) for i, gain in enumerate(gains)]
    sizes = [float(np.linalg.norm(row)) for row in fit_variation(found)["repetition"]]
    assert sizes[0] > 4 * sizes[1]
    assert 0.7 < sizes[0] / np.sqrt(8) < 1.3  # log covariance: twice the log gain, on each of eight diagonals


def test_a_tone_is_found_at_its_frequency() -> None:
    tone = np.sin(2 * np.pi * 50 * np.arange(400) / 200)[:, None] + 0.01 * RNG.standard_normal((400, 8))
    found = spectra([Word("a", tone, np.zeros((100, 10)))])["a"]
    assert int(np.argmax(found)) == 16 and abs(found.sum() - 1) < 1e-9


def test_sway_is_taken_from_quiet_stretches_alone() -> None:
    quiet, wild = np.zeros((2000, 10)), np.zeros((2000, 10))
    quiet[:, 7:] = 16 * 2 * RNG.standard_normal((2000, 3))
    wild[:, 7:] = 16 * 200 * RNG.standard_normal((2000, 3))
    found = fit_sway([Word("a", np.zeros((1, 8)), part) for part in (wild, quiet)])
    assert found["sway"][0] < 0.05


def test_a_longer_rise_makes_a_later_curve() -> None:
    time = np.linspace(0, 1, 201)
    assert rise_curve(time, 0.2, 0.3, 0.0, 0.4)[20] > rise_curve(time, 0.6, 0.3, 0.0, 0.4)[20]
    assert rise_curve(time, 0.3, 0.3, 0.5, 0.4).max() > 1.2
