"""The signal under the electrodes before a contraction shapes it: colour, tails, wavering of the effort."""

import numpy as np
from numpy.typing import NDArray

from myoedge.firmware_bridge.wearer.noise import Blocks, Coloured, Wander
from myoedge.firmware_bridge.wearer.options import Options
from myoedge.firmware_bridge.wearer.person import RING, Modulation, Person
from myoedge.firmware_bridge.wearer.ring import Ring
from myoedge.firmware_bridge.wearer.spectrum import kernel

Array = NDArray[np.float64]
BLOCK_S = 0.64  # made ahead; contraction, noise and faults are put on later, sample by sample
FAST_TAPS_TAU = 5  # the exponential kernel of the fast modulations is cut after so many of its constants
TIRED_AFTER_S = 60.0  # of full effort
TIRED_GAIN = 0.3  # the amplitude grows by this at full fatigue


class Muscle:
    """Endless unit sources (time, sources) and gains (time, channel) that go with them."""

    def __init__(self, person: Person, ring: Ring, rate_hz: float, options: Options, seed: int) -> None:
        self._person, self._ring, self._rate_hz = person, ring, rate_hz
        rng = np.random.default_rng((seed, 2))
        self._size = max(16, round(BLOCK_S * rate_hz))
        self._fatigue, self._effort = options.fatigue, 0
        habits = person.habits
        self._kernel = kernel(habits.spectrum_hz, person.spectrum, rate_hz)
        self._sources = Coloured(rng, ring.sources, len(self._kernel), self._size)
        self._slow = [Wander(rng, 1, habits.slow_common, rate_hz)]
        self._slow.append(Wander(rng, RING, habits.slow_channel, rate_hz))
        self._fast = [_Fast(rng, 1, habits.fast_common, rate_hz, self._size)]
        self._fast.append(_Fast(rng, RING, habits.fast_channel, rate_hz, self._size))
        laws = (habits.slow_common, habits.slow_channel, habits.fast_common, habits.fast_channel)
        self._mean = sum(law.std**2 for law in laws)  # keeps the mean power at one: E exp(2 g - 2 var) = 1
        self._drift = np.zeros(RING)
        self._drift_step = options.drift * float(np.sqrt(self._size / rate_hz / 60))
        self._rng = rng
        self._blocks = Blocks(self._make)

    def take(self, n: int) -> tuple[Array, Array]:
        """The next `n` rows of sources and of gains."""
        rows = self._blocks.take(n)
        return rows[:, : self._ring.sources], rows[:, self._ring.sources :]

    @property
    def left(self) -> int:
        """Samples until the next block is made; what tires the muscle counts from there."""
        return self._blocks.left

    def tire(self, effort: int) -> None:
        """Count samples of effort; negative ones are rest."""
        self._effort = min(max(0, self._effort + effort), round(TIRED_AFTER_S * self._rate_hz))

    def _make(self) -> Array:
        tired = self._fatigue * self._effort / (TIRED_AFTER_S * self._rate_hz)
        if self._fatigue:
            habits = self._person.habits
            self._kernel = kernel(habits.spectrum_hz, self._person.spectrum, self._rate_hz, tired)
        log_gain = np.zeros((self._size, RING))
        for process in self._slow:
            log_gain += process.block(self._size)
        for fast in self._fast:
            log_gain += fast.block()
        self._drift = self._drift + self._drift_step * self._rng.standard_normal(RING)
        log_gain += self._drift - self._mean + np.log1p(TIRED_GAIN * tired)
        return np.hstack((self._sources.block(self._kernel), self._ring.gains(np.exp(log_gain))))


class _Fast:
    """A modulation too quick for knots: white noise through an exponential kernel."""

    def __init__(self, rng: np.random.Generator, width: int, law: Modulation, rate_hz: float, size: int):
        taps = np.exp(-np.arange(max(1, round(FAST_TAPS_TAU * law.tau_s * rate_hz))) / (law.tau_s * rate_hz))
        self._kernel = law.std * taps / np.sqrt((taps**2).sum())
        self._noise = Coloured(rng, width, len(taps), size)

    def block(self) -> Array:
        """(size, width), mean 0."""
        return self._noise.block(self._kernel)
