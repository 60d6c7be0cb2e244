"""The same person at any rate and channel count."""

import numpy as np
import pytest

from myoedge.firmware_bridge.wearer import make_wearer
from myoedge.firmware_bridge.wearer.person import load_person
from myoedge.firmware_bridge.wearer.spectrum import kernel


def test_the_filter_has_the_fitted_spectrum() -> None:
    person = load_person("anna")
    hz, wanted = person.habits.spectrum_hz, person.spectrum
    power = np.abs(np.fft.rfft(kernel(hz, wanted, 200.0), 64)) ** 2
    assert np.corrcoef(power, wanted)[0, 1] > 0.95


@pytest.mark.parametrize("rate_hz", [200.0, 500.0, 2000.0])
def test_the_power_of_the_fitted_band_is_one_at_any_rate(rate_hz: float) -> None:
    person = load_person("anna")
    taps = kernel(person.habits.spectrum_hz, person.spectrum, rate_hz)
    frequency = np.fft.rfftfreq(8192, 1 / rate_hz)
    power = np.abs(np.fft.rfft(taps, 8192)) ** 2 / 8192 * 2
    assert power[frequency <= 100].sum() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("channels", [4, 8, 16])
def test_the_ring_pattern_is_carried_to_any_number_of_channels(channels: int) -> None:
    eight, other = make_wearer("anna", seed=1), make_wearer("anna", channels=channels, seed=1)
    strengths = []
    for wearer in (eight, other):
        wearer.perform("wrist extension")
        wearer.emg(600)
        strengths.append(wearer.emg(3000).std(axis=0))
    step = max(1, channels // 8)
    shared = np.log(strengths[1][::step]) - np.log(strengths[0][:: 8 * step // channels])
    assert np.abs(shared).max() < 0.2


def test_16_channels_at_2_khz_fill_the_same_share_of_full_scale() -> None:
    wearer = make_wearer("anna", channels=16, rate_hz=2000.0, limit=32768, seed=1)
    wearer.perform("fist")
    wearer.emg(5000)
    x = wearer.emg(4000)
    assert x.shape == (4000, 16)
    assert 1000 < x.std() < 20000
