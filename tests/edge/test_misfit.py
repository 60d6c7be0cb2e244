"""A run says that the band sits otherwise, and what helps; and says nothing while the profile fits."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.calibration.learn import learn
from myoedge.calibration.stretch import stretch_of
from myoedge.edge.bundle import load_bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.event import Event
from myoedge.edge.misfit import EVERY, Misfit
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import Profile
from myoedge.edge.stream import StreamSpec
from myoedge.edge.turn import rolled

LABELS = ("rest", "fist", "hand open", "wrist flexion")
SPECS = {"emg": StreamSpec(200.0, 8, "count", 128.0)}
CLASSIC = load_bundle("classic")


def emg(
    label: str, seed: int, turn: float = 0.0, wide: float = 1.3, seconds: float = 1.2
) -> NDArray[np.float32]:
    rng = np.random.default_rng([seed, LABELS.index(label)])
    loud = np.ones(8)
    if label != "rest":
        away = (np.arange(8) - turn - 2.5 * LABELS.index(label) + 4) % 8 - 4
        loud += 25 * np.exp(-((away / wide) ** 2))
    return np.round(rng.normal(size=(round(200 * seconds), 8)) * loud).astype(np.float32)


@pytest.fixture(scope="module")
def profile() -> Profile:
    shown = [
        stretch_of(label, number, {"emg": emg(label, number)}, {"emg": 200.0})
        for number in range(2)
        for label in LABELS
    ]
    return learn(CLASSIC, None, shown, SPECS, wearer="anna", armband="x", onsets=False).profile


def use(
    profile: Profile, labels: Sequence[str], turn: float = 0.0, wide: float = 1.3, lost: int = 0
) -> list[Event]:
    """What a run says of a misfit."""
    return [event for event in run(profile, labels, turn, wide, lost) if event.label == "misfit"]


def run(
    profile: Profile, labels: Sequence[str], turn: float = 0.0, wide: float = 1.3, lost: int = 0
) -> list[Event]:
    """Events of a run in which every label is held for 2 s, in turn."""
    pipeline = Pipeline(CLASSIC, None, profile, SPECS)
    events: list[Event] = []
    t_ns = 0
    for number, label in enumerate(labels):
        samples = emg(label, 50 + number, turn, wide, 2.0)
        for at in range(0, len(samples), 10):
            chunk = Chunk("emg", samples[at : at + 10], t_ns, t_ns + 50_000_000, lost)
            events += pipeline.feed(chunk)
            t_ns += 50_000_000 + lost * 5_000_000
    return events


def test_a_turned_band_is_told_once_and_sync_would_help(profile: Profile) -> None:
    told = use(profile, LABELS * 5, turn=2.0)
    assert [event.kind for event in told] == ["status"]
    assert told[0].detail["help"] == "sync"
    assert "turned by -2 electrodes" in told[0].detail["reason"]


def test_a_band_that_sits_well_is_not_told_of(profile: Profile) -> None:
    assert use(profile, LABELS * 5) == []


def test_once_a_turned_band_is_noticed_gestures_are_known_that_were_refused(profile: Profile) -> None:
    def starts(of: Profile) -> tuple[int, int]:
        """Gestures that began before and after it was told."""
        events = run(of, LABELS * 10, turn=0.8)
        told = next(event.t_ns for event in events if event.label == "misfit")
        began = [event.t_ns > told for event in events if event.kind == "gesture" and event.phase == "start"]
        return began.count(False), began.count(True)

    before, after = starts(profile)
    before_as_worn, after_as_worn = starts(replace(profile, head=profile.head.as_worn()))
    assert before <= before_as_worn + 2
    assert after > after_as_worn + 2


def test_gestures_done_another_way_want_a_refresh(profile: Profile) -> None:
    told = use(profile, LABELS * 6, wide=3.2)
    assert [event.detail["help"] for event in told] == ["refresh"]
    assert "calibrate --refresh" in told[0].detail["reason"]


def test_rest_alone_says_nothing(profile: Profile) -> None:
    assert use(profile, ["rest"] * 15, turn=2.0) == []


def test_one_gesture_held_for_long_says_nothing(profile: Profile) -> None:
    assert use(profile, ["fist"] * 12, turn=2.0) == []


def test_nothing_is_judged_while_samples_are_lost(profile: Profile) -> None:
    assert use(profile, LABELS * 5, turn=2.0, lost=1) == []


def test_it_is_told_again_only_after_the_profile_fitted(profile: Profile) -> None:
    assert len(use(profile, LABELS * 12, turn=2.0)) == 1


def test_a_profile_of_one_gesture_is_not_judged(profile: Profile) -> None:
    head = profile.head.as_worn()
    small = replace(profile, head=replace(head, labels=head.labels[:2], means=head.means[:2]))
    assert use(small, ["rest", "fist"] * 8, turn=2.0) == []


def test_it_reads_a_turned_window_as_the_head_would(profile: Profile) -> None:
    names, head = CLASSIC.features, profile.head.as_worn()
    watch = Misfit(profile, names, 8)
    features = (head.means[1] * head.spread + 2 * head.spread).astype(np.float32)
    for _ in range(EVERY):
        assert watch(features, np.ones(68, bool), profile.level.full, True) is None
    turned = np.stack([features[rolled(names, 8, by)] for by in range(8)])
    own = head.distances(turned)
    expected = -0.5 * 68 * head.temperature * own.min(axis=1)
    assert np.allclose(watch.densities[0], expected, rtol=1e-3)
