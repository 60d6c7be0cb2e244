"""Whether a repetition is fit to learn from."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.calibration.verdict import Judge

Emg = Callable[..., NDArray[np.float32]]


@pytest.fixture
def judge(make_emg: Emg) -> Judge:
    judge = Judge(128.0)
    assert judge("rest", 0, make_emg("rest", 2.0), 400).good
    return judge


def test_a_contraction_is_good(judge: Judge, make_emg: Emg) -> None:
    verdict = judge("fist", 0, make_emg("fist", 2.0), 400)
    assert verdict.good and not verdict.reasons and verdict.lost == 0


def test_no_contraction_is_not(judge: Judge, make_emg: Emg) -> None:
    verdict = judge("fist", 0, make_emg("rest", 2.0, 3), 400)
    assert not verdict.good and "as quiet as rest" in verdict.reasons[0]


def test_an_arm_that_moves_is_not_at_rest(judge: Judge, make_emg: Emg) -> None:
    verdict = judge("rest", 1, make_emg("fist", 2.0), 400)
    assert not verdict.good and "not at rest" in verdict.reasons[0]


def test_lost_samples_are_told_in_percent(judge: Judge, make_emg: Emg) -> None:
    verdict = judge("fist", 0, make_emg("fist", 1.0), 400)
    assert not verdict.good and "50 % of the samples were lost" in verdict.reasons
    assert not judge("fist", 0, np.zeros((0, 8)), 400).good


def test_one_dead_channel_is_told_but_not_held_against_the_wearer(judge: Judge, make_emg: Emg) -> None:
    samples = make_emg("fist", 2.0)
    samples[:, 6] = 0
    verdict = judge("fist", 0, samples, 400)
    assert verdict.good and "channel 6" in verdict.reasons[0]
    samples[:, :5] = np.nan
    assert not judge("fist", 0, samples, 400).good


def test_a_clipped_channel_is_named(judge: Judge, make_emg: Emg) -> None:
    samples = make_emg("fist", 2.0)
    samples[:, 1] = np.where(np.arange(len(samples)) % 2, 127, -128)
    assert "channel 1 at its limit" in judge("fist", 0, samples, 400).reasons
