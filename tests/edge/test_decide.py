"""Decisions: nothing is guessed, nothing is held back unless asked."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from myoedge.edge.bundle import Bundle
from myoedge.edge.decide import REST, Decider
from myoedge.edge.embed import Embedded
from myoedge.edge.profile import Profile, Thresholds
from myoedge.edge.rising import Rising
from myoedge.edge.stream import StreamSpec
from myoedge.edge.window import Window

LABELS = ("rest", "fist", "open")


def window(masked: int = 0) -> Window:
    return Window({"emg": np.ones((40, 8), np.float32)}, np.arange(8) < masked, (), 5, 6, 0.0)


def scored(*scores: float) -> Embedded:
    return Embedded(np.zeros(1, np.float32), np.ones(1, bool), np.array(scores, np.float32), 1.0)


def fed(decider: Decider, labels: str) -> str:
    return "".join(decider(window(), scored(*(9.0 * (x == c) for c in "rfo"))).label[0] for x in labels)


def test_the_networks_scores_decide_without_a_profile() -> None:
    decision = Decider(LABELS, None)(window(), scored(0, 8, 0))
    assert (decision.label, decision.rejected, decision.t_ns) == ("fist", False, 5)
    assert decision.score == pytest.approx(1, abs=1e-3)


def test_a_score_too_small_is_rejected_to_rest() -> None:
    decision = Decider(LABELS, None)(window(), scored(1, 1.2, 1))
    assert (decision.label, decision.best, decision.rejected) == (REST, "fist", True)


def test_without_confirmation_there_is_no_delay() -> None:
    assert fed(Decider(LABELS, None), "rforfo") == "rforfo"


def test_a_new_label_is_confirmed_and_the_old_one_gives_way() -> None:
    assert fed(Decider(LABELS, None, confirm=2), "fffoorr") == "rfffoor"
    assert fed(Decider(LABELS, None, confirm=3), "fff" + "oro") == "rrf" + "ffr"


def falling(label: str, decider: Decider) -> str:
    samples = np.repeat([1.0, 0.6], 20)[:, None] * np.ones((40, 8), np.float32)
    weaker = Window({"emg": samples.astype(np.float32)}, np.zeros(8, bool), (), 5, 6, 0.0)
    return decider(weaker, scored(*(9.0 * (label == c) for c in "rfo"))).label[0]


def test_while_a_contraction_falls_no_other_gesture_begins_but_rest_may() -> None:
    decider = Decider(LABELS, None)
    assert fed(decider, "f") == "f"
    assert [falling(label, decider) for label in "oofro"] == ["f", "f", "f", "r", "r"]
    assert fed(decider, "o") == "o"


def test_after_a_reset_nothing_is_held() -> None:
    decider = Decider(LABELS, None, confirm=2)
    fed(decider, "ff")
    decider.reset()
    assert fed(decider, "f") == "r"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_scores_that_are_no_numbers_mean_rest(bad: float) -> None:
    decision = Decider(LABELS, None)(window(), scored(0, bad, 0))
    assert (decision.label, decision.rejected, decision.score) == (REST, True, 0.0)


def test_with_every_channel_bad_the_decision_is_rest_not_a_guess(anna: Profile) -> None:
    size = len(anna.head.spread)
    none_left = Embedded(np.zeros(size, np.float32), np.zeros(size, bool), None, 0.0)
    for decider in (Decider((), anna), Decider(LABELS, None)):
        decision = decider(window(masked=8), none_left)
        assert (decision.label, decision.rejected, decision.score, decision.level) == (REST, True, 0.0, 0.0)
    assert Decider(LABELS, None)(window(masked=8), scored(0, 9, 0)).label == REST


def at(anna: Profile, label: str, away: float = 0.0) -> Embedded:
    mean = anna.head.means[anna.head.labels.index(label)] * anna.head.spread
    return Embedded((mean + away).astype(np.float32), np.ones(len(mean), bool), None, 30.0)


def test_the_profile_decides_by_the_nearest_gaussian(anna: Profile) -> None:
    for label in LABELS:
        assert Decider((), anna)(window(), at(anna, label)).label == label


def test_a_gesture_has_ended_as_soon_as_the_newest_samples_are_quiet(anna: Profile) -> None:
    head = replace(anna.head, labels=LABELS)
    quick = replace(anna, rising=Rising(head, quiet=2.0))

    def ends(profile: Profile, last: float, masked: int = 0) -> bool:
        decider = Decider((), profile)
        assert decider(window(), at(anna, "fist")).label == "fist"
        samples = np.repeat([10.0, last], [28, 12])[:, None] * np.ones((40, 8), np.float32)
        now = Window({"emg": samples.astype(np.float32)}, np.arange(8) < masked, (), 5, 6, 0.0)
        return decider(now, at(anna, "fist")).label == REST

    assert ends(quick, 1.0)
    assert not ends(quick, 3.0)  # weaker, but not as weak as rest
    assert not ends(quick, 1.0, masked=1)  # what rest shows is known of all channels only
    assert not ends(anna, 1.0)  # what rest shows is not known


def test_far_from_everything_known_is_no_gesture(
    classic: Bundle, myo: dict[str, StreamSpec], profile_of: Callable[..., Profile]
) -> None:
    strict = profile_of(classic, myo, thresholds=Thresholds(0.0, 10.0))
    assert not Decider((), strict)(window(), at(strict, "fist")).rejected
    far = Decider((), strict)(window(), at(strict, "fist", 300.0))
    assert (far.label, far.rejected) == (REST, True)


def test_what_is_held_may_stray_farther_than_what_begins(anna: Profile) -> None:
    odd = at(anna, "fist", 0.5)
    distance = float(anna.head.distances(odd.embedding).min())

    def label(limit: float, *before: Embedded) -> str:
        decider = Decider((), replace(anna, thresholds=Thresholds(0.0, limit)))
        for embedded in before:
            decider(window(), embedded)
        return decider(window(), odd).label

    assert anna.head.labels[int(anna.head.distances(odd.embedding).argmin())] == "fist"
    for share, begins, is_kept in (
        (0.75, True, True),
        (0.9, False, True),
        (1.1, False, True),
        (1.3, False, False),
    ):
        assert (label(distance / share) == "fist") is begins
        assert (label(distance / share, at(anna, "fist")) == "fist") is is_kept
        assert (label(distance / share, at(anna, "open")) == "fist") is begins


def test_an_embedding_that_is_no_number_means_rest(anna: Profile) -> None:
    broken = at(anna, "fist")
    broken.embedding[3] = np.nan
    assert Decider((), anna)(window(), broken).label == REST


def test_the_level_is_zero_at_rest(anna: Profile) -> None:
    decide: Any = Decider((), anna)
    assert decide(window(), at(anna, "rest")).level == 0
    assert 0 < decide(window(), at(anna, "fist")).level <= 1
