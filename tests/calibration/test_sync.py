"""Two known gestures tell how the band sits; a profile is re-aligned only where that is sure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.calibration.learn import learn
from myoedge.calibration.seat import SEAT_FACT, Seat, seat_of, seated
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.calibration.sync import Synced, sync
from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.edge.errors import FormatError, UsageError
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import Profile, profile_from_json
from myoedge.edge.stream import StreamSpec

LABELS = ("rest", "fist", "hand open", "wrist flexion")
GESTURES = ("fist", "hand open")
SPECS = {"emg": StreamSpec(200.0, 8, "count", 128.0)}
CLASSIC = load_bundle("classic")


def emg(label: str, seed: int, turn: float = 0.0, seconds: float = 1.2) -> NDArray[np.float32]:
    """(time, 8) counts of a muscle under a ring that is turned by any part of an electrode."""
    rng = np.random.default_rng([seed, LABELS.index(label)])
    loud = np.ones(8)
    if label != "rest":
        away = (np.arange(8) - turn - 2.5 * LABELS.index(label) + 4) % 8 - 4
        loud += 25 * np.exp(-((away / 1.3) ** 2))
    return np.round(rng.normal(size=(round(200 * seconds), 8)) * loud).astype(np.float32)


def shown(turn: float, labels: Sequence[str] = GESTURES, seed: int = 9) -> list[Stretch]:
    return [stretch_of(label, 0, {"emg": emg(label, seed, turn)}, {"emg": 200.0}) for label in labels]


CALIBRATION = [stretch for number in range(2) for stretch in shown(0.0, LABELS, number)]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return learn(CLASSIC, None, CALIBRATION, SPECS, wearer="anna", armband="x").profile


def synced(profile: Profile, stretches: Sequence[Stretch], **more: Any) -> Synced:
    return sync(profile, CLASSIC, None, SPECS, stretches, **more)


def right(profile: Profile, turn: float, bundle: Bundle = CLASSIC) -> float:
    """Share of windows that a run names rightly, gestures that sync never saw among them."""
    hits = []
    for label in LABELS:
        pipeline = Pipeline(bundle, None, profile, SPECS)
        for chunk in stretch_of(label, 0, {"emg": emg(label, 77, turn)}, {"emg": 200.0}).chunks:
            signal, _ = pipeline.condition(chunk)
            for window in pipeline.windows(signal):
                embedded = pipeline.embed(window, None)
                best = int(profile.head.distances(embedded.embedding, embedded.used).argmin())
                hits.append(profile.head.labels[best] == label)
    return float(np.mean(hits))


@pytest.mark.parametrize("turn", [2.0, -3.0, 1.25, -1.5])
def test_a_turned_band_is_found_and_undone(profile: Profile, turn: float) -> None:
    found = synced(profile, shown(turn))
    assert found.taken and abs(found.seat.turn + turn) <= 0.25 and not found.seat.mirrored
    assert right(found.profile, turn) > 0.95 > right(profile, turn)
    assert found.after > 0.9 > found.before
    assert f"turned by {found.seat.turn:+g}" in found.reason
    again = profile_from_json(found.profile.to_json())
    assert (again.order, again.turn, again.facts[SEAT_FACT]["order"]) == (
        found.profile.order,
        found.profile.turn,
        list(range(8)),
    )


def test_a_band_that_was_not_moved_keeps_its_profile(profile: Profile) -> None:
    found = synced(profile, shown(0.0))
    assert not found.taken and found.profile is profile
    assert "as the profile says" in found.reason


def test_gestures_that_fit_nowhere_change_nothing(profile: Profile) -> None:
    swapped = [
        stretch_of(label, 0, {"emg": emg("rest", 5) * 6}, {"emg": 200.0})
        for label in GESTURES  # noise on every channel alike
    ]
    found = synced(profile, swapped)
    assert not found.taken and found.profile is profile
    assert "nothing was changed" in found.reason and "calibrate --refresh" in found.reason


def test_one_gesture_that_gains_does_not_outvote_one_that_loses(profile: Profile) -> None:
    found = synced(profile, [*shown(0.0, ["fist"]), *shown(2.5, ["hand open"])])
    assert not found.taken


def test_a_second_sync_starts_from_the_first(profile: Profile) -> None:
    first = synced(profile, shown(1.25)).profile
    same = synced(first, shown(1.25))
    assert not same.taken and same.profile is first
    back = synced(first, shown(0.0))
    assert back.taken and back.seat == Seat()
    assert (back.profile.order, back.profile.turn) == (tuple(range(8)), 0.0)
    assert SEAT_FACT not in back.profile.facts
    assert right(back.profile, 0.0) > 0.95


def test_a_band_the_other_way_round_is_found_when_that_is_told(profile: Profile) -> None:
    mirrored = [stretch_of(label, 0, {"emg": emg(label, 9)[:, ::-1]}, {"emg": 200.0}) for label in GESTURES]
    found = synced(profile, mirrored, mirror=True)
    assert found.taken and found.seat.mirrored and found.seat.turn == 0
    assert found.profile.order == tuple(range(8))[::-1]
    assert "other way round" in found.reason


def test_a_band_that_sits_looser_gets_its_strength_back(profile: Profile) -> None:
    quiet = [stretch_of(label, 0, {"emg": emg(label, 9) * 0.4}, {"emg": 200.0}) for label in GESTURES]
    found = synced(profile, quiet)
    assert found.taken and found.seat.turn == 0 and 1.4 <= found.seat.gain <= 2.0
    assert found.profile.gain == pytest.approx(profile.gain * found.seat.gain)


def test_a_dead_electrode_stays_dead_where_it_now_stands() -> None:
    def dead(stretches: Sequence[Stretch]) -> list[Stretch]:
        for stretch in stretches:
            for chunk in stretch.chunks:
                chunk.samples[:, 6] = np.nan
        return list(stretches)

    calibration = dead([stretch for number in range(2) for stretch in shown(0.0, LABELS, number)])
    profile = learn(CLASSIC, None, calibration, SPECS, wearer="anna", armband="x").profile
    assert profile.dead == (6,)
    found = synced(profile, dead(shown(2.0)))
    assert found.taken and found.seat.turn == -2.0
    assert [found.profile.order[place] for place in found.profile.dead] == [6]
    _, base = seat_of(found.profile)
    assert (base.order, base.dead, base.turn) == (profile.order, (6,), 0.0)


def test_what_cannot_be_used_is_refused(profile: Profile) -> None:
    with pytest.raises(UsageError, match="does not know wave; it knows fist"):
        synced(profile, [stretch_of("wave", 0, {"emg": emg("fist", 1)}, {"emg": 200.0})])
    with pytest.raises(FormatError, match="too little came"):
        synced(profile, shown(0.0, ["fist"]))
    short = [stretch_of(label, 0, {"emg": emg(label, 1, seconds=0.1)}, {"emg": 200.0}) for label in GESTURES]
    with pytest.raises(FormatError, match="too little came"):
        synced(profile, short)


def test_the_networks_part_moves_between_two_electrodes(
    calibrated_default: tuple[Bundle, Any, Profile, Mapping[str, StreamSpec]],
) -> None:
    bundle, engine, profile, specs = calibrated_default
    start = profile.head.blocks[-1][0]
    kept = sync(profile, bundle, engine, specs, shown(1.5), kept=CALIBRATION, only=("emg",))
    alone = sync(profile, bundle, engine, specs, shown(1.5), only=("emg",))
    assert kept.taken and alone.taken and abs(kept.seat.part) >= 0.25
    assert np.array_equal(alone.profile.head.means, profile.head.means)
    moved = np.abs(kept.profile.head.means - profile.head.means)
    assert moved[:, start:].max() > 0.1 and moved[:, :start].max() == 0
    back = sync(kept.profile, bundle, engine, specs, shown(0.0), kept=CALIBRATION, only=("emg",))
    assert back.seat == Seat()
    assert np.allclose(back.profile.head.means, profile.head.means, atol=1e-3)


@pytest.fixture(scope="module")
def calibrated_default() -> tuple[Bundle, Any, Profile, Mapping[str, StreamSpec]]:
    from myoedge.edge.engines import load_engine

    bundle = load_bundle("default")
    engine, _ = load_engine(bundle)
    if engine is None:
        pytest.skip("no engine is installed")
    learned = learn(bundle, engine, CALIBRATION, SPECS, wearer="anna", armband="x", only=("emg",))
    return bundle, engine, learned.profile, SPECS


def test_a_seat_tells_its_order() -> None:
    assert Seat(1.25).order((0, 1, 2, 3)) == (3, 0, 1, 2)
    assert Seat(0.0, mirrored=True).order((0, 1, 2, 3)) == (3, 2, 1, 0)
    assert Seat(1.25).part == 0.25 and Seat(-0.75).part == 0.25


def test_a_seat_that_is_none_leaves_the_profile(profile: Profile) -> None:
    assert seated(profile, Seat()).to_json() == profile.to_json()
