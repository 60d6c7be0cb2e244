"""A person who wears the armband: moves when told and gives the raw counts of it."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.wearer.contraction import Contraction, whole_rise_s
from myoedge.firmware_bridge.wearer.fault import Faults
from myoedge.firmware_bridge.wearer.imu import Forearm
from myoedge.firmware_bridge.wearer.muscle import Muscle
from myoedge.firmware_bridge.wearer.options import Options
from myoedge.firmware_bridge.wearer.person import Person, load_person, mixing
from myoedge.firmware_bridge.wearer.ring import Ring

Array = NDArray[np.float64]
AS_RECORDED = 0.7  # the level at which a gesture has the amplitude of the recordings
FITTED_LIMIT = 128.0  # full scale of the armband that people were recorded with
LARGEST = 32767  # of an int16


class Wearer:
    """Endless raw samples of one person; the same seed and calls give the same samples in any cutting.

    `limit` is the armband's full scale in counts: amplitudes are the same share of it for every armband.
    """

    def __init__(
        self,
        person: Person,
        *,
        channels: int = 8,
        rate_hz: float = 200.0,
        imu_rate_hz: float = 50.0,
        limit: float = 128,
        seed: int = 0,
        options: Options | None = None,
    ) -> None:
        _check(channels, rate_hz, imu_rate_hz, limit)
        self._options = options or Options()
        self._person, self._rate_hz, self._limit = person, rate_hz, limit
        self._ring = Ring(channels, self._options.rotation, self._options.mirror)
        self._muscle = Muscle(person, self._ring, rate_hz, self._options, seed)
        self._forearm = Forearm(person.habits, imu_rate_hz, seed)
        self._choices = np.random.default_rng((seed, 3))  # one draw a donning, one a contraction
        self._noise = np.random.default_rng((seed, 4))
        self._faults = Faults(channels, rate_hz, np.random.default_rng((seed, 5)))
        for channel in self._options.liftoff:
            self._faults.set("liftoff", channel)
        self._hum = self._options.hum * (0.5 + self._noise.random(channels) / 2)
        self._donning = _draw(self._choices, person.habits.session)
        self._count = 0
        self._from = self._to = self._pattern("rest", AS_RECORDED)
        self._move = Contraction("rest", 0, 1.0, 0.0, 1.0)
        self.onsets: list[tuple[int, str]] = []

    @property
    def gestures(self) -> tuple[str, ...]:
        """What this person can do, rest included."""
        return tuple(self._person.gestures)

    @property
    def gesture(self) -> str:
        """What the person does now or moves to."""
        return self._move.gesture

    def perform(self, gesture: str, level: float = AS_RECORDED) -> None:
        """Move to `gesture` from the next sample on; `level` 0..1 is the effort, 0.7 as recorded.

        Its sample goes to `onsets`, for `rest` too: there it is where the release begins.
        Raises UsageError for a gesture that this person was not recorded with.
        """
        if gesture not in self._person.gestures:
            known = ", ".join(self.gestures)
            raise UsageError(f"gesture {gesture!r}; {self._person.name} was recorded with {known}")
        if not 0 <= level <= 1:
            raise UsageError(f"level {level}; wanted 0 to 1")
        habits = self._person.habits
        now = np.array([self._count - 1.0])
        self._from = self._blend(now)
        self._to = self._pattern(gesture, level)
        middle_s = habits.fall_s if gesture == "rest" else habits.rise_s
        chance = float(np.exp(habits.rise_log_std * self._choices.standard_normal()))
        rise_s = whole_rise_s(middle_s * chance) / self._options.pace
        overshoot = 0.0 if gesture == "rest" else habits.overshoot
        rise, settle = max(1.0, rise_s * self._rate_hz), habits.overshoot_tau_s * self._rate_hz
        self._move = Contraction(gesture, self._count, rise, overshoot, settle)
        self._forearm.lean(gesture, rise_s)
        self.onsets.append((self._count, gesture))

    def fault(self, kind: str, channel: int) -> None:
        """From the next sample on: flat, clip, hum, noise, liftoff or ok. Raises UsageError."""
        self._faults.set(kind, channel)

    def emg(self, n: int) -> NDArray[np.int16]:
        """The next `n` samples: (n, channels), raw counts."""
        pieces = []
        while n > (left := self._muscle.left):
            pieces.append(self._piece(left))
            n -= left
        pieces.append(self._piece(n))
        return np.concatenate(pieces) if len(pieces) > 1 else pieces[0]

    def _piece(self, n: int) -> NDArray[np.int16]:
        """Samples of one block, so that what tires the muscle is counted before the next is made."""
        index = self._count + np.arange(n, dtype=np.float64)
        sources, gains = self._muscle.take(n)
        samples = self._shaped(sources, index) * gains
        options = self._options
        if options.hum:
            phase = 2 * np.pi * options.hum_hz * index / self._rate_hz
            samples += self._hum * np.sin(phase)[:, None]
        if options.noise:
            samples += options.noise * self._noise.standard_normal(samples.shape)
        if options.fatigue:
            self._muscle.tire(-n if self.gesture == "rest" else n)
        self._faults(samples, self._count)
        self._count += n
        counts = np.rint(samples * (self._limit / FITTED_LIMIT))
        return np.clip(counts, -self._limit, min(self._limit - 1, LARGEST)).astype(np.int16)

    def imu(self, n: int) -> NDArray[np.int16]:
        """The next `n` samples: (n, 10) quaternion wxyz / 16384, acceleration / 2048 g, rate / 16 deg/s."""
        return self._forearm.take(n)

    def _shaped(self, sources: Array, index: Array) -> Array:
        move = self._move
        if len(index) and index[0] - move.start >= move.rise:
            held = sources @ self._to.T
            return held * move.excess(index)[:, None] if move.overshoot else held
        share = move.share(index)[:, None]
        both = sources @ self._from.T * (1 - share) + sources @ self._to.T * share
        return both * move.excess(index)[:, None]

    def _blend(self, index: Array) -> Array:
        share = float(self._move.share(index)[0])
        blended: Array = (1 - share) * self._from + share * self._to
        return blended * float(self._move.excess(index)[0])

    def _pattern(self, gesture: str, level: float) -> Array:
        """(channel, sources) of one contraction, drawn anew: nobody does the same twice."""
        rest, mean = self._person.gestures["rest"], self._person.gestures[gesture]
        if gesture == "rest":
            return self._ring(mixing(rest))
        moved = mean + self._donning + _draw(self._choices, self._person.habits.repetition)
        gain = level / AS_RECORDED
        held = 1 - min(1.0, gain)
        return self._ring(gain * mixing(moved) + held * mixing(rest))


def _draw(rng: np.random.Generator, directions: Array) -> Array:
    result: Array = rng.standard_normal(len(directions)) @ directions
    return result


def _check(channels: int, rate_hz: float, imu_rate_hz: float, limit: float) -> None:
    if channels < 1:
        raise UsageError(f"{channels} channels; wanted at least 1")
    if not (rate_hz >= 50 and imu_rate_hz > 0):
        raise UsageError(f"{rate_hz} Hz EMG and {imu_rate_hz} Hz IMU; wanted at least 50 and above 0")
    if not 1 <= limit <= LARGEST + 1:
        raise UsageError(f"full scale {limit} counts; wanted 1 to {LARGEST + 1}")


def make_wearer(
    name: str,
    *,
    channels: int = 8,
    rate_hz: float = 200.0,
    imu_rate_hz: float = 50.0,
    limit: float = 128,
    seed: int = 0,
    options: Mapping[str, str] | None = None,
) -> Wearer:
    """The wearer of that name.

    Raises NotThereError for a name that is not in WEARERS, UsageError for a wrong option.
    """
    return Wearer(
        load_person(name),
        channels=channels,
        rate_hz=rate_hz,
        imu_rate_hz=imu_rate_hz,
        limit=limit,
        seed=seed,
        options=Options.parse(options or {}),
    )
