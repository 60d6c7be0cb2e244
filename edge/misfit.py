"""Notices in use that the band sits otherwise than the profile says, and which remedy would help.

While the arm is active, every fourth window is also read as if the band were turned by each whole number of
electrodes. When one of those turns explains what is done clearly better than the profile's place, and the
profile knows too little of it, a `sync` would help; when it knows little and no turn explains it, a
`calibrate --refresh` would. Said once, and again only after the profile has fitted in between. Figures and
how the limits were chosen: docs/donning.md.
"""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.profile import Profile
from myoedge.edge.turn import rolled

Help = Literal["sync", "refresh"]
EVERY = 4  # active windows: they overlap by so many hops
TURNED, STRANGE = 50, 100  # windows looked at: 10 s and 20 s of activity at 20 decisions a second
ACTIVE = 0.15  # contraction strength from which the arm does something, as find_onset has it
GAIN = 1.0  # nat, mean of the tempered log density of the nearest label, that a turn must explain better
KNOWN = 0.7  # share of decisions accepted, below which a turn that explains better is believed
LITTLE = 0.4  # below which, without such a turn, the gestures are taken to have changed
FITS = 0.8  # from which the profile counts as fitting again
SECOND = 0.1  # share of the second gesture: one gesture held for long says nothing
MOST_CHANNELS = 16  # beyond that turning costs too much beside a decision


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What would help, and why."""

    help: Help
    turn: int  # electrodes, 0: none explains it
    accepted: float  # share of the decisions while the arm was active

    @property
    def reason(self) -> str:
        """For a person."""
        share = f"{100 * self.accepted:.0f} % of the gestures are recognised"
        if self.help == "sync":
            return f"the band seems turned by {self.turn:+d} electrodes, {share}: myoedge sync"
        return f"{share}: myoedge calibrate --refresh"


@dataclass(frozen=True, slots=True)
class _Look:
    """One window that was looked at."""

    densities: NDArray[np.float64]  # (turn,) of the nearest label
    labels: NDArray[np.intp]  # (turn,) that label
    accepted: bool


class Misfit:
    """Feed every decision; says when the profile has ceased to fit. Rest and masked channels do not count."""

    def __init__(self, profile: Profile, features: tuple[str, ...], channels: int) -> None:
        self._profile = profile
        self._able = 2 < channels <= MOST_CHANNELS and len(profile.head.labels) > 2 and bool(features)
        self._places = np.stack(
            [rolled(features, channels, by) for by in range(channels if self._able else 1)]
        )
        self._closed = np.arange(len(profile.head.spread)) < self._places.shape[1]
        self._looks: deque[_Look] = deque(maxlen=STRANGE)
        self._seen = 0
        self._said = False

    def __call__(
        self, embedding: NDArray[np.floating[Any]], used: NDArray[np.bool_], level: float, accepted: bool
    ) -> Suspicion | None:
        """What would help, at the window that makes it clear; else None.

        `embedding` and `used` (feature,), `level` the mean absolute value of the window, `accepted` whether
        its decision was. Not to be called for windows that hold lost samples.
        """
        if not self._able or not used[self._closed].all() or self._profile.level(level) < ACTIVE:
            return None
        self._seen += 1
        if self._seen % EVERY:
            return None
        self._looks.append(self._look(embedding, accepted))
        return self._judged()

    def _look(self, embedding: NDArray[np.floating[Any]], accepted: bool) -> _Look:
        head = self._profile.head
        turned = np.zeros((len(self._places), len(head.spread)))
        turned[:, self._closed] = embedding[: self._places.shape[1]][self._places]
        distances = head.distances(turned, self._closed)
        tempered = -0.5 * self._places.shape[1] * head.temperature
        return _Look(tempered * distances.min(axis=1), distances.argmin(axis=1), accepted)

    def _judged(self) -> Suspicion | None:
        recent = list(self._looks)[-TURNED:]
        if len(recent) < TURNED:
            return None
        accepted = float(np.mean([look.accepted for look in recent]))
        if accepted >= FITS:
            self._said = False
        if self._said or accepted >= KNOWN:
            return None
        densities = np.mean([look.densities for look in recent], axis=0)
        turn = int(densities.argmax())
        if turn and densities[turn] - densities[0] >= GAIN and _varied(recent, turn):
            self._said = True
            channels = len(densities)
            return Suspicion("sync", (turn + channels // 2) % channels - channels // 2, accepted)
        accepted = float(np.mean([look.accepted for look in self._looks]))
        if len(self._looks) == STRANGE and accepted < LITTLE and _varied(list(self._looks), 0):
            self._said = True
            return Suspicion("refresh", 0, accepted)
        return None


def _varied(looks: list[_Look], turn: int) -> bool:
    """Whether two gestures, read with that turn, were done."""
    counted = Counter(int(look.labels[turn]) for look in looks).most_common(2)
    return len(counted) == 2 and counted[1][1] >= SECOND * len(looks)
