"""The colour of the signal: a filter with the fitted spectrum at any rate, extended above the fit."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SPAN_S = 0.32  # length of the filter: resolves about 3 Hz
LOW_HZ, HIGH_HZ = 60.0, 120.0  # of the standard shape, which reigns above the fitted band
TIRED = 0.3  # share by which both fall at full fatigue
JOIN_HZ = (85.0, 97.0)  # the fitted band ends in the armband's own anti-alias edge: join below it


def standard_shape(frequency_hz: Array, tired: float = 0.0) -> Array:
    """Power of surface EMG, Shwedyk et al., IEEE TBME 24(5) 1977; `tired` 0..1 shifts it downward."""
    low, high = LOW_HZ * (1 - TIRED * tired), HIGH_HZ * (1 - TIRED * tired)
    f2 = frequency_hz**2
    shape: Array = high**4 * f2 / ((f2 + low**2) * (f2 + high**2) ** 2)
    return shape


def kernel(fitted_hz: Array, fitted: Array, rate_hz: float, tired: float = 0.0) -> Array:
    """A filter that gives white noise the fitted spectrum: (tap,), linear phase.

    Its power up to the end of the fitted band is one, so that amplitudes hold at any rate; what is above
    it comes on top (a 2 kHz amplifier sees more of the same muscle).
    """
    taps = max(16, 2 * round(SPAN_S * rate_hz / 2))
    frequency: Array = np.fft.rfftfreq(taps, 1 / rate_hz).astype(np.float64)
    power = _power(frequency, fitted_hz, fitted, rate_hz)
    inside = frequency <= fitted_hz[-1]
    power /= power[inside].sum() / taps * 2
    power *= standard_shape(frequency, tired) / np.maximum(standard_shape(frequency), 1e-30)
    response = np.fft.irfft(np.sqrt(power), taps)
    shaped = np.roll(response, taps // 2) * np.hanning(taps + 1)[:taps]
    wanted = power.sum() / taps * 2
    result: Array = shaped * np.sqrt(wanted / (shaped**2).sum())
    return result


def _power(frequency: Array, fitted_hz: Array, fitted: Array, rate_hz: float) -> Array:
    power: Array = np.interp(frequency, fitted_hz, fitted, right=0.0)
    if rate_hz <= 2 * fitted_hz[-1] * 1.001:
        return power
    joined = (fitted_hz >= JOIN_HZ[0]) & (fitted_hz <= JOIN_HZ[1])
    scale = fitted[joined].mean() / standard_shape(fitted_hz[joined]).mean()
    joint: Array = np.where(frequency > JOIN_HZ[0], scale * standard_shape(frequency), power)
    return joint
