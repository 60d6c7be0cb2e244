"""One repetition of each gesture renews a profile; what was not shown stays as it was."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.calibration.learn import learn
from myoedge.calibration.refresh import OLD, TRUST, Refreshed, moved, refresh
from myoedge.calibration.seat import REFRESH_FACT, SEAT_FACT
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.calibration.sync import sync
from myoedge.edge.bundle import load_bundle
from myoedge.edge.errors import FormatError, UsageError
from myoedge.edge.profile import Profile, profile_from_json
from myoedge.edge.stream import StreamSpec

LABELS = ("rest", "fist", "hand open", "wrist flexion")
SPECS = {"emg": StreamSpec(200.0, 8, "count", 128.0)}
CLASSIC = load_bundle("classic")


def emg(label: str, seed: int, turn: float = 0.0, wide: float = 1.3) -> NDArray[np.float32]:
    """(time, 8) counts; `wide` is how a gesture is done: another day, other muscles beside the main one."""
    rng = np.random.default_rng([seed, LABELS.index(label)])
    loud = np.ones(8)
    if label != "rest":
        away = (np.arange(8) - turn - 2.5 * LABELS.index(label) + 4) % 8 - 4
        loud += 25 * np.exp(-((away / wide) ** 2))
    return np.round(rng.normal(size=(240, 8)) * loud).astype(np.float32)


def shown(seed: int, labels: Sequence[str] = LABELS, **more: Any) -> list[Stretch]:
    return [stretch_of(label, 0, {"emg": emg(label, seed, **more)}, {"emg": 200.0}) for label in labels]


CALIBRATION = [*shown(0), *shown(1)]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return learn(CLASSIC, None, CALIBRATION, SPECS, wearer="anna", armband="x").profile


def refreshed(profile: Profile, stretches: Sequence[Stretch], **more: Any) -> Refreshed:
    return refresh(profile, CLASSIC, None, SPECS, stretches, **more)


def test_a_moved_band_and_another_way_of_doing_it_are_both_taken_in(profile: Profile) -> None:
    found = refreshed(profile, shown(9, turn=2.0, wide=2.2))
    assert found.seat.turn == pytest.approx(-2.0, abs=0.25)
    assert found.labels == tuple(sorted(LABELS)) and found.right > 0.95
    again = profile_from_json(found.profile.to_json())
    assert again.facts[REFRESH_FACT]["labels"] == sorted(LABELS) and SEAT_FACT in again.facts
    only_synced = sync(profile, CLASSIC, None, SPECS, shown(9, LABELS[1:3], turn=2.0, wide=2.2)).profile
    far = [nearest(p, shown(33, turn=2.0, wide=2.2)) for p in (profile, only_synced, again)]
    assert far[2] < far[1] < far[0]


def nearest(profile: Profile, stretches: Sequence[Stretch]) -> float:
    """Mean distance of what is shown from its own label."""
    from myoedge.calibration.embedding import StreamEmbedder

    embedder = StreamEmbedder(CLASSIC, None, SPECS)
    worn = embedder.worn(profile.order, profile.turn, profile.gain, profile.dead)
    head = profile.head
    examples = [e for s in stretches for e in worn.examples(s)]
    return float(
        np.mean([head.distances(e.embeddings)[:, head.labels.index(e.label)].mean() for e in examples])
    )


def test_a_gesture_that_was_not_shown_keeps_its_mean(profile: Profile) -> None:
    found = refreshed(profile, shown(9, LABELS[:3], wide=1.6))
    at = profile.head.labels.index("wrist flexion")
    assert np.array_equal(found.profile.head.means[at], profile.head.means[at])
    assert found.labels == ("fist", "hand open", "rest")
    other = profile.head.labels.index("fist")
    assert not np.allclose(found.profile.head.means[other], profile.head.means[other], atol=0.05)


def test_a_mean_moves_by_its_share_or_by_the_number_of_windows(profile: Profile) -> None:
    from myoedge.calibration.example import Example

    rows = np.tile(profile.head.means[0] * profile.head.spread + profile.head.spread, (10, 1))
    example = Example(profile.head.labels[0], 0, rows, np.ones(rows.shape, bool), np.ones(10))
    for share, way in ((0.3, 0.3), (None, 10 / (OLD + 10))):
        new = moved(profile.head, [example], share)
        assert np.allclose(new.means[0] - profile.head.means[0], way)


def test_what_changed_more_is_trusted_more(profile: Profile) -> None:
    shares = []
    for wide in (1.3, 2.0):
        found = refreshed(profile, shown(9, wide=wide), kept=CALIBRATION)
        shares.append(found.profile.facts[REFRESH_FACT]["share"])
    assert 0.333 <= shares[0] < shares[1] <= TRUST
    unknown = refreshed(profile, shown(9), kept=CALIBRATION[: len(LABELS)])  # one repetition of each
    assert unknown.profile.facts[REFRESH_FACT]["share"] is None


def test_thresholds_let_the_renewed_gestures_pass_and_never_tighten(profile: Profile) -> None:
    found = refreshed(profile, shown(9, wide=2.2))
    assert found.profile.thresholds.distance >= profile.thresholds.distance
    assert len(found.profile.thresholds.distances) == len(profile.thresholds.distances)
    assert found.profile.thresholds.score == profile.thresholds.score
    assert found.profile.head.temperature == profile.head.temperature


def test_a_refreshed_head_is_not_taken_back_by_a_later_sync(profile: Profile) -> None:
    renewed = refreshed(profile, shown(9, wide=1.8)).profile
    later = sync(renewed, CLASSIC, None, SPECS, shown(5, LABELS[1:3], turn=2.0), kept=CALIBRATION)
    assert later.taken and np.array_equal(later.profile.head.means, renewed.head.means)
    assert REFRESH_FACT in later.profile.facts


def test_what_cannot_be_used_is_refused(profile: Profile) -> None:
    strange = stretch_of("wave", 0, {"emg": emg("fist", 1)}, {"emg": 200.0})
    with pytest.raises(UsageError, match="does not know wave"):
        refreshed(profile, [strange])
    with pytest.raises(FormatError, match="too little"):
        refreshed(profile, shown(1, ["fist"]))
