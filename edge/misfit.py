"""Notices in use that the band sits otherwise than the profile says, and which remedy would help.

While the arm is active, every fourth window is also read as if the band were turned by each whole number of
electrodes. When one of those turns explains what is done clearly better than the profile's place, and the
profile knows too little of it, a `sync` would help; when it knows little and no turn explains it, a
`calibrate --refresh` would. Said once, and again only after the profile has fitted in between. Figures and
how the limits were chosen: docs/donning.md.
"""

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


class Misfit:
    """Feed every decision; says when the profile has ceased to fit. Rest and masked channels do not count."""

    def __init__(self, profile: Profile, features: tuple[str, ...], channels: int) -> None:
        self._profile = profile
        self._able = 2 < channels <= MOST_CHANNELS and len(profile.head.labels) > 2 and bool(features)
        self._turns = channels if self._able else 1
        self._places = [rolled(features, channels, by) for by in range(self._turns)]
        self._size = len(self._places[0])
        self._closed = np.arange(len(profile.head.spread)) < self._size
        self._white, self._means = self._whitening()
        self.densities = np.zeros((STRANGE, self._turns))  # of the nearest label, by turn; a ring of looks
        self._labels = np.zeros((STRANGE, self._turns), np.intp)  # that label
        self._accepted = np.zeros(STRANGE, bool)
        self._seen = self._looks = 0
        self._said = False

    def _whitening(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(feature, turn * feature) that reads a window turned and whitens it; the whitened means."""
        head = self._profile.head
        white = head.whitened(self._closed)
        plain = white(np.eye(len(head.spread)))[: self._size]
        turned = np.zeros((self._size, self._turns, self._size), np.float32)
        for turn, places in enumerate(self._places):
            turned[places, turn] = plain
        return turned.reshape(self._size, -1), white(head.means * head.spread).astype(np.float32)

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
        self._look(embedding[: self._size].astype(np.float32), accepted)
        return self._judged()

    def _look(self, features: NDArray[np.float32], accepted: bool) -> None:
        """Squared distances as |x|2 - 2 x m + |m|2: a look must cost little beside a decision."""
        x = (features @ self._white).reshape(self._turns, self._size)
        squares = (x * x).sum(axis=1)[:, None] - 2 * (x @ self._means.T) + (self._means**2).sum(axis=1)
        at = self._looks % STRANGE
        self.densities[at] = -0.5 * self._profile.head.temperature * squares.min(axis=1)
        self._labels[at] = squares.argmin(axis=1)
        self._accepted[at] = accepted
        self._looks += 1

    def _judged(self) -> Suspicion | None:
        if self._looks < TURNED:
            return None
        recent = np.arange(self._looks - TURNED, self._looks) % STRANGE
        accepted = float(self._accepted[recent].mean())
        if accepted >= FITS:
            self._said = False
        if self._said or accepted >= KNOWN:
            return None
        densities = self.densities[recent].mean(axis=0)
        turn = int(densities.argmax())
        if turn and densities[turn] - densities[0] >= GAIN and _varied(self._labels[recent, turn]):
            self._said = True
            turns = self._turns
            return Suspicion("sync", (turn + turns // 2) % turns - turns // 2, accepted)
        accepted = float(self._accepted.mean())
        if self._looks >= STRANGE and accepted < LITTLE and _varied(self._labels[:, 0]):
            self._said = True
            return Suspicion("refresh", 0, accepted)
        return None


def _varied(labels: NDArray[np.intp]) -> bool:
    """Whether two gestures were done."""
    counts = np.sort(np.bincount(labels))
    return len(counts) > 1 and bool(counts[-2] >= SECOND * len(labels))
