"""What is asked of a wearer in the address, and what each wish does to the samples."""

import numpy as np
import pytest

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.wearer import make_wearer
from myoedge.firmware_bridge.wearer.options import Options


def held(
    name: str = "anna", n: int = 2000, **options: str
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    wearer = make_wearer(name, seed=5, options=options)
    wearer.perform("wrist extension")
    wearer.emg(600)
    return wearer.emg(n).astype(np.float64)


def test_a_whole_rotation_moves_the_channels_exactly() -> None:
    assert np.array_equal(held(rotation="2"), np.roll(held(), -2, axis=1))


def test_a_mirrored_band_counts_the_other_way_round() -> None:
    assert np.array_equal(held(mirror="yes"), held()[:, [0, 7, 6, 5, 4, 3, 2, 1]])


def test_half_a_rotation_lies_between() -> None:
    plain, turned = held().std(axis=0), held(rotation="0.5").std(axis=0)
    low = np.minimum(plain, np.roll(plain, -1)) * 0.7
    high = np.maximum(plain, np.roll(plain, -1)) * 1.4
    assert ((turned > low) & (turned < high)).all()


def test_hum_is_at_its_frequency() -> None:
    wearer = make_wearer("anna", options={"hum": "20", "hum_hz": "60"})
    power = np.abs(np.fft.rfft(wearer.emg(1000), axis=0)).sum(axis=1)
    assert np.argmax(power[5:]) + 5 == 300


def test_fatigue_slows_and_enlarges_the_signal() -> None:
    fresh, tired = held(n=16000)[-3000:], held(n=16000, fatigue="1")[-3000:]

    def centre(x: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        power = (np.abs(np.fft.rfft(x, axis=0)) ** 2).sum(axis=1)
        return float((power * np.arange(len(power))).sum() / power.sum())

    assert centre(tired) < 0.97 * centre(fresh)
    assert tired.std() > 1.1 * fresh.std()


def test_drift_changes_the_gains_in_time() -> None:
    ratio = held(n=24000, drift="0.5")[-2000:].std(axis=0) / held(n=24000)[-2000:].std(axis=0)
    assert np.log(ratio).std() > 0.1


def test_noise_and_liftoff_reach_the_channels_they_should() -> None:
    assert Options.parse({"liftoff": "2 5"}) == Options.parse({"liftoff": "2+5"})  # as an address gives it
    wearer = make_wearer("anna", options={"liftoff": "2+5"})
    strength = wearer.emg(600).std(axis=0)
    assert (strength[[2, 5]] > 3 * strength[[0, 1, 3, 4, 6, 7]].max() * 0.8).all()
    assert make_wearer("anna", options={"noise": "10"}).emg(600).std() > 9


@pytest.mark.parametrize(
    "words",
    [{"colour": "1"}, {"rotation": "x"}, {"hum": "-1"}, {"noise": "nan"}, {"mirror": "2"}, {"liftoff": "a"}],
)
def test_a_wrong_wish_is_refused(words: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="wanted"):
        Options.parse(words)


def test_a_lifted_channel_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="0 to 7"):
        make_wearer("anna", options={"liftoff": "8"})
