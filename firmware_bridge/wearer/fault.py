"""What can go wrong with one electrode, put onto clean samples in counts."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import UsageError

Array = NDArray[np.float64]
CLIP_GAIN = 60.0
LOUD = 30.0  # counts: far above rest, below a strong contraction's peaks
MAINS_HZ = 50.0
LIFTED_GAIN, LIFTED_HUM, LIFTED_NOISE = 0.08, 18.0, 4.0  # a dry electrode: an antenna with little muscle
LIFTED_CHANGES_S = 0.7  # the hum comes and goes with the contact


class Faults:
    """The state of every channel; `__call__` changes the samples in place."""

    def __init__(self, channels: int, rate_hz: float, rng: np.random.Generator) -> None:
        self._rate_hz, self._rng = rate_hz, rng
        self._kind = ["ok"] * channels

    def set(self, kind: str, channel: int) -> None:
        """Raises UsageError for a kind or channel that is not there."""
        if kind != "ok" and kind not in FAULTS:
            raise UsageError(f"fault {kind!r}; wanted ok, {', '.join(FAULTS)}")
        if not 0 <= channel < len(self._kind):
            raise UsageError(f"channel {channel}; this armband has 0 to {len(self._kind) - 1}")
        self._kind[channel] = kind

    def __call__(self, samples: Array, start: int) -> None:
        """(time, channel) counts of an 8-bit armband, the first of them sample `start`."""
        for channel, kind in enumerate(self._kind):
            if kind != "ok":
                t_s = (start + np.arange(len(samples))) / self._rate_hz
                samples[:, channel] = FAULTS[kind](samples[:, channel], t_s, self._rng)


def _flat(signal: Array, t_s: Array, rng: np.random.Generator) -> Array:
    return np.zeros_like(signal)


def _clip(signal: Array, t_s: Array, rng: np.random.Generator) -> Array:
    return signal * CLIP_GAIN


def _hum(signal: Array, t_s: Array, rng: np.random.Generator) -> Array:
    result: Array = signal + LOUD * np.sin(2 * np.pi * MAINS_HZ * t_s)
    return result


def _noise(signal: Array, t_s: Array, rng: np.random.Generator) -> Array:
    result: Array = signal + LOUD * rng.standard_normal(len(signal))
    return result


def _liftoff(signal: Array, t_s: Array, rng: np.random.Generator) -> Array:
    contact = 0.6 + 0.4 * np.sin(2 * np.pi * t_s / LIFTED_CHANGES_S)
    hum = LIFTED_HUM * contact * np.sin(2 * np.pi * MAINS_HZ * t_s)
    result: Array = LIFTED_GAIN * signal + hum + LIFTED_NOISE * rng.standard_normal(len(signal))
    return result


FAULTS: dict[str, Callable[[Array, Array, np.random.Generator], Array]] = {
    "flat": _flat,
    "clip": _clip,
    "hum": _hum,
    "noise": _noise,
    "liftoff": _liftoff,
}
