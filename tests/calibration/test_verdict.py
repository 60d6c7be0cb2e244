"""Whether a repetition is fit to learn from."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.calibration.verdict import KINDS, Judge, Take, Verdict
from myoedge.firmware_bridge.wearer.fault import Faults

Emg = Callable[..., NDArray[np.float32]]


class Bench:
    """A judge who has seen a rest; samples are all held, from the prompt on."""

    def __init__(self, rest: NDArray[np.float32], weak: bool = False) -> None:
        self.judge = Judge(128.0, 200.0, weak)
        self.part = slice(0)
        assert self("rest", 0, rest, 400).good

    def __call__(
        self, label: str, repetition: int, samples: NDArray[Any], wanted: int, cue: int = 0
    ) -> Verdict:
        verdict, self.part = self.judge(Take(label, repetition, samples, cue, 0, wanted))
        assert len(verdict.kinds) == len(verdict.reasons) and set(verdict.kinds) <= set(KINDS)
        return verdict


@pytest.fixture
def judge(make_emg: Emg) -> Bench:
    return Bench(make_emg("rest", 2.0))


def test_a_contraction_is_good(judge: Bench, make_emg: Emg) -> None:
    verdict = judge("fist", 0, make_emg("fist", 2.0), 400)
    assert verdict.good and not verdict.reasons and verdict.lost == 0


def test_no_contraction_is_not(judge: Bench, make_emg: Emg) -> None:
    verdict = judge("fist", 0, make_emg("rest", 2.0, 3), 400)
    assert not verdict.good and "as quiet as rest" in verdict.reasons[0]


def test_an_arm_that_moves_is_not_at_rest(judge: Bench, make_emg: Emg) -> None:
    verdict = judge("rest", 1, make_emg("fist", 2.0), 400)
    assert not verdict.good and "not at rest" in verdict.reasons[0]


def test_lost_samples_are_told_in_percent(judge: Bench, make_emg: Emg) -> None:
    verdict = judge("fist", 0, make_emg("fist", 1.0), 400)
    assert not verdict.good and "50 % of the samples were lost" in verdict.reasons
    assert not judge("fist", 0, np.zeros((0, 8)), 400).good


def test_one_dead_channel_is_told_but_not_held_against_the_wearer(judge: Bench, make_emg: Emg) -> None:
    samples = make_emg("fist", 2.0)
    samples[:, 6] = 0
    verdict = judge("fist", 0, samples, 400)
    assert verdict.good and "channel 6" in verdict.reasons[0]
    samples[:, :5] = np.nan
    assert not judge("fist", 0, samples, 400).good


@pytest.mark.parametrize(("fault", "what"), [("liftoff", "mains hum"), ("flat", "no signal")])
@pytest.mark.parametrize("label", ["rest", "fist"])
def test_a_band_that_was_pulled_off_is_seen(
    judge: Bench, make_emg: Emg, fault: str, what: str, label: str
) -> None:
    faults = Faults(8, 200.0, np.random.default_rng(0))
    for channel in range(8):
        faults.set(fault, channel)
    samples = make_emg(label, 2.0).astype(np.float64)
    faults(samples, 0)
    verdict = judge(label, 1, np.round(samples), 400)
    assert verdict.unfit and verdict.kinds == ("dead",)
    assert verdict.reasons[0].startswith(what) and verdict.reasons[0].endswith("is the band off the skin?")


def test_hum_on_one_channel_is_told_but_not_held_against_the_wearer(judge: Bench, make_emg: Emg) -> None:
    faults = Faults(8, 200.0, np.random.default_rng(0))
    faults.set("liftoff", 3)
    samples = make_emg("fist", 2.0).astype(np.float64)
    faults(samples, 0)
    verdict = judge("fist", 0, np.round(samples), 400)
    assert verdict.good and verdict.reasons == ("mains hum on channel 3",)


def test_a_clipped_channel_is_named(judge: Bench, make_emg: Emg) -> None:
    samples = make_emg("fist", 2.0)
    samples[:, 1] = np.where(np.arange(len(samples)) % 2, 127, -128)
    assert "channel 1 at its limit" in judge("fist", 0, samples, 400).reasons


def joined(*parts: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate(parts)


def test_the_label_begins_with_the_muscle_not_with_the_prompt(judge: Bench, make_emg: Emg) -> None:
    late = joined(make_emg("rest", 2.0, 4), make_emg("fist", 2.0))
    verdict = judge("fist", 0, late, 500, cue=200)
    assert verdict.good and verdict.kinds == ("late",) and verdict.reasons[0].startswith("it began 1.0")
    assert 400 < judge.part.start < 400 + 60 and judge.part.stop == len(late)


def test_what_came_too_late_to_be_held_long_enough_is_not_good(judge: Bench, make_emg: Emg) -> None:
    verdict = judge("fist", 0, joined(make_emg("rest", 2.5, 4), make_emg("fist", 1.0)), 500, cue=200)
    assert not verdict.good and verdict.kinds == ("late",) and "too late: it began 1.5" in verdict.reasons[0]


def test_letting_go_too_early_is_not_good(judge: Bench, make_emg: Emg) -> None:
    samples = joined(make_emg("rest", 1.2, 4), make_emg("fist", 1.0), make_emg("rest", 1.3, 5))
    verdict = judge("fist", 0, samples, 500, cue=200)
    assert not verdict.good and "let go too early" in verdict.reasons[0] and judge.part.stop < 450


def test_what_began_before_the_prompt_and_was_over_is_too_early(judge: Bench, make_emg: Emg) -> None:
    samples = joined(make_emg("rest", 0.4, 4), make_emg("fist", 1.6), make_emg("rest", 1.5, 5))
    verdict = judge("fist", 0, samples, 500, cue=200)
    assert not verdict.good and verdict.kinds == ("early",) and "before the prompt" in verdict.reasons[0]


def test_the_wrong_gesture_is_named(judge: Bench, make_emg: Emg) -> None:
    assert judge("fist", 0, make_emg("fist", 2.0), 400).good
    assert judge("hand open", 0, make_emg("hand open", 2.0), 400).good
    verdict = judge("fist", 1, make_emg("hand open", 2.0, 7), 400)
    assert not verdict.good and verdict.reasons == ("too like hand open",) and verdict.like == "hand open"
    assert judge("fist", 1, make_emg("fist", 2.0, 8), 400).good


def test_two_gestures_done_alike_are_named_in_the_first_round(judge: Bench, make_emg: Emg) -> None:
    assert judge("fist", 0, make_emg("fist", 2.0), 400).good
    assert judge("hand open", 0, make_emg("fist", 2.0, 7), 400).like == "fist"


def test_a_channel_that_dies_between_repetitions_does_not_end_the_comparison(
    judge: Bench, make_emg: Emg
) -> None:
    assert judge("fist", 0, make_emg("fist", 2.0), 400).good
    assert judge("hand open", 0, make_emg("hand open", 2.0), 400).good
    for label, like in (("fist", ""), ("hand open", "hand open")):
        samples = make_emg(label, 2.0, 7)
        samples[:, 6] = np.nan
        assert judge("fist", 1, samples, 400).like == like


def test_a_twitch_during_rest_is_seen(judge: Bench, make_emg: Emg) -> None:
    samples = make_emg("rest", 2.0, 6)
    samples[100:160] += make_emg("fist", 0.3)
    verdict = judge("rest", 1, samples, 400)
    assert not verdict.good and verdict.kinds == ("moved",)


def test_of_a_missing_hand_less_is_wanted(make_emg: Emg) -> None:
    rest = make_emg("rest", 2.0)
    faint = make_emg("rest", 2.0, 3) * 1.35
    assert not Bench(rest)("fist", 0, faint, 400).good
    assert Bench(rest, weak=True)("fist", 0, faint, 400).good


def test_only_what_shows_nothing_of_the_gesture_is_unfit(judge: Bench, make_emg: Emg) -> None:
    assert judge("fist", 0, make_emg("rest", 2.0, 3), 400).unfit
    assert judge("fist", 0, make_emg("fist", 1.0), 400).unfit
    dead = make_emg("fist", 2.0)
    dead[:, 6] = 0
    assert judge("fist", 0, dead, 400).good
    alike = judge("pinch", 0, dead, 400)
    assert not alike.good and not alike.unfit and set(alike.kinds) == {"alike", "dead"}
