"""A stranger who moves freely gets a starter profile; one who does little, or is like nobody, gets none."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.calibration.seat import Seat
from myoedge.calibration.stranger import STARTER_FACT, Guess, guess
from myoedge.calibration.stranger_means import Space, shares, told_by
from myoedge.calibration.stranger_people import CHANNELS, People, load_people
from myoedge.calibration.stranger_seat import seats, shown
from myoedge.calibration.stretch import stretch_of
from myoedge.edge.bundle import load_bundle
from myoedge.edge.errors import FormatError, MismatchError
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import profile_from_json
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.wearer import make_wearer

SPECS = {"emg": StreamSpec(200.0, 8, "count", 128.0)}
DEFAULT = load_bundle("default")


@pytest.fixture(scope="module")
def people() -> People:
    found = load_people(DEFAULT)
    if found is None:
        pytest.skip("the shipped bundle brings no people.npz")
    return found


def moved(
    gestures: Sequence[str], turn: str = "0", mirror: str = "0", seconds: int = 26
) -> NDArray[np.int16]:
    """(time, 8) of a simulated wearer (a person the bundle was not trained on) who moves freely."""
    wearer = make_wearer("dara", seed=1, options={"rotation": turn, "mirror": mirror})
    pieces = [wearer.emg(200)]
    while sum(map(len, pieces)) < 200 * seconds:
        for gesture in gestures:
            wearer.perform(gesture)
            pieces.append(wearer.emg(320))
            wearer.perform("rest")
            pieces.append(wearer.emg(140))
    return np.concatenate(pieces)[: 200 * seconds]


def guessed(people: People, samples: NDArray[np.int16], asked: Sequence[str] = ()) -> Guess:
    stretch = stretch_of("", 0, {"emg": samples}, {"emg": 200.0})
    return guess(DEFAULT, people, [stretch], SPECS, wearer="dara", armband="x", asked=asked)


def right(found: Guess, turn: str, mirror: str) -> float:
    """Share of decisions that are right while each gesture is held, by the device's own pipeline."""
    profile = found.checked()
    hits = []
    for label in profile.head.labels:
        wearer = make_wearer("dara", seed=1, options={"rotation": turn, "mirror": mirror})
        wearer.perform(label)
        wearer.emg(300)
        pipeline = Pipeline(DEFAULT, None, profile, SPECS)
        for chunk in stretch_of(label, 0, {"emg": wearer.emg(300)}, {"emg": 200.0}).chunks:
            signal, _ = pipeline.condition(chunk)
            for window in pipeline.windows(signal):
                embedded = pipeline.embed(window, None)
                distances = profile.head.distances(embedded.embedding, embedded.used)
                hits.append(profile.head.labels[int(distances.argmin())] == label)
    return float(np.mean(hits))


@pytest.mark.parametrize(("turn", "mirror"), [("0", "0"), ("3", "1")])
def test_free_movement_gives_a_profile_wherever_the_band_sits(people: People, turn: str, mirror: str) -> None:
    gestures = [label for label in people.labels if label != "rest"]
    found = guessed(people, moved(gestures, turn, mirror))
    assert right(found, turn, mirror) > 0.8
    profile = found.checked()
    assert STARTER_FACT in profile.facts and profile.thresholds.distance > 0
    assert profile_from_json(profile.to_json()).order == profile.order
    assert found.seat.mirrored == (profile.order[1] - profile.order[0] in (-1, 7))


def test_an_order_that_was_kept_makes_the_place_surer_and_another_changes_nothing(people: People) -> None:
    gestures = [label for label in people.labels if label != "rest"]
    samples = moved(gestures, "3", "1", seconds=20)
    free, kept, other = (guessed(people, samples, asked) for asked in ((), gestures, gestures[::-1]))
    assert kept.margin > free.margin + 3
    assert other.margin == free.margin and other.done_s == free.done_s


@pytest.mark.parametrize("gestures", [["rest"], ["rest", "fist"]])
def test_who_does_too_little_gets_no_profile(people: People, gestures: list[str]) -> None:
    found = guessed(people, moved(gestures))
    assert found.profile is None and "calibrate" in found.reason
    with pytest.raises(FormatError, match="calibrate"):
        found.checked()


def test_noise_is_nobody(people: People) -> None:
    rng = np.random.default_rng(0)
    loud = np.repeat(np.exp(rng.normal(1.5, 1.2, (30, 8))), 200, axis=0)
    found = guessed(people, np.clip(rng.normal(size=loud.shape) * loud, -128, 127).astype(np.int16))
    assert found.profile is None


def test_too_short_and_other_armbands_are_said(people: People) -> None:
    with pytest.raises(FormatError, match="wanted 8 s or more"):
        guessed(people, moved(["fist"], seconds=4))
    stretch = stretch_of("", 0, {"emg": np.zeros((4000, 10), np.int16)}, {"emg": 200.0})
    with pytest.raises(MismatchError):
        specs = {"emg": StreamSpec(200.0, 10, "count", 128.0)}
        guess(DEFAULT, people, [stretch], specs, wearer="a", armband="x")


def test_a_seat_moves_features_as_its_channel_order_moves_signals() -> None:
    from myoedge.edge.features import log_time_domain, tangent

    window = np.random.default_rng(1).normal(size=(40, CHANNELS)).astype(np.float32) * np.arange(1, 9)
    window = window.astype(np.float32)
    names = ("log_time_domain", "tangent")

    def both(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.concatenate([log_time_domain(x), tangent(x)])

    for seat in (*seats(CHANNELS), Seat(-3.0, True)):
        there = both(np.ascontiguousarray(window[:, list(seat.order(range(CHANNELS)))]))
        np.testing.assert_allclose(shown(both(window), seat, names, CHANNELS), there, atol=2e-3)


def test_a_gesture_that_was_never_done_goes_where_other_people_say(people: People) -> None:
    """Only two gestures are shown: the others stay near the mean person, shifted with what was shown."""
    space = Space(people)
    rng = np.random.default_rng(2)
    x = np.repeat(space.mean[:2], 100, axis=0) + rng.normal(size=(200, space.mean.shape[1]))
    found = space.fitted(x, space.shifted(x, Seat(), 1.0), 1.0)
    apart = ((found.means - space.mean) ** 2).mean(axis=1)
    assert (apart[2:] < 2).all()
    assert shares(x, found.means)[0].argmax(axis=1).tolist() == [0] * 100 + [1] * 100
    assert told_by(people.features).sum() == 8 + 36
