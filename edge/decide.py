"""Stop 8, first half: scores to a decision. No vote over the past: it would only add delay."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.embed import Embedded
from myoedge.edge.profile import Profile
from myoedge.edge.rising import strength
from myoedge.edge.window import Window

REST = "rest"
NEWEST = 0.3  # share of the window that is compared with its older half: 60 of 200 ms (our choice)
FALLING = 0.8  # of the older half's mean absolute value: weaker, and nothing new begins (our choice)
# Of the profile's limits: a gesture begins nearer than it is kept, and is kept at this share of the score.
# Everyday motion wanders about one limit and would start something each time (docs/calibration.md).
BEGINS, KEPT, KEPT_SCORE = 0.8, 1.2, 0.8
LET_GO = 0.4  # weaker, and as quiet as rest: the gesture has ended (our choice; docs/bench.md has others)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one window says."""

    label: str  # REST when rejected
    score: float  # posterior of the best label
    best: str  # the best label, also when it was rejected
    rejected: bool
    level: float  # contraction strength, 0 to 1
    t_ns: int


class Decider:
    """Turns the embedding (with a profile) or the network's scores (without) into a decision.

    A new label counts once it was best in `confirm` windows in a row (default 1: no delay); the old one holds
    until then, at most `confirm` hops, after which it gives way to rest. What is held may stray farther than
    what begins. While the contraction falls no other gesture begins: on its way out every gesture looks like
    some other one. It has ended as soon as the newest samples are as quiet as the wearer's rest, whatever the
    whole window still says. With no channel left, or a network that gives no numbers, the decision is rest,
    not a guess.
    """

    def __init__(
        self,
        labels: tuple[str, ...],
        profile: Profile | None,
        confirm: int = 1,
        score: float = 0.5,
        *,
        clock: str = "emg",
        rate_hz: float = 200.0,
    ) -> None:
        self._clock, self._rate_hz = clock, rate_hz
        self._labels = profile.head.labels if profile else labels
        self._profile, self._confirm, self._score = profile, confirm, score
        self._held, self._candidate, self._seen, self._waited = REST, REST, 0, 0
        self.last: Decision | None = None  # for who looks on

    def reset(self) -> None:
        """Back to rest; what came before does not count any more."""
        self._held, self._candidate, self._seen, self._waited = REST, REST, 0, 0

    def band_moved(self) -> None:
        """From now on read every window as if the band sat turned too: it has been noticed that it does."""
        if self._profile:
            self._profile = replace(self._profile, head=self._profile.head.as_turned())

    def __call__(self, window: Window, embedded: Embedded) -> Decision:
        best, score, rejected = self._judge(window, embedded)
        level = self._profile.level(embedded.level) if self._profile else 0.0
        label = self._confirmed(self._wanted(REST if rejected else best, window))
        self.last = Decision(label, score, best, rejected, 0.0 if label == REST else level, window.t_ns)
        return self.last

    def _judge(self, window: Window, embedded: Embedded) -> tuple[str, float, bool]:
        if window.masked.all() or not embedded.used.any():
            return REST, 0.0, True
        if self._profile is None:
            if embedded.scores is None or not np.isfinite(embedded.scores).all():
                return REST, 0.0, True
            posterior = _softmax(embedded.scores.astype(np.float64))
            best = int(posterior.argmax())
            return self._labels[best], float(posterior[best]), bool(posterior[best] < self._score)
        head, limits = self._profile.head, self._profile.thresholds
        distances = head.distances(embedded.embedding, embedded.used)
        if not np.isfinite(distances).all():
            return REST, 0.0, True
        posterior = head.posterior(distances, int(embedded.used.sum()))
        if self._profile.rising and not window.masked.any():
            whole = dict(zip(head.labels, posterior.tolist(), strict=True))
            found = self._profile.rising(window.samples[self._clock], self._rate_hz, whole)
            if found is not None:
                return *found, False
        best = int(posterior.argmax())
        label, score = self._labels[best], float(posterior[best])
        nearness, surety = (KEPT, KEPT_SCORE) if label == self._held else (BEGINS, 1.0)
        far = bool(distances[best] > nearness * limits.farthest(best))
        return label, score, far or score < surety * limits.score

    def _wanted(self, label: str, window: Window) -> str:
        """What follows from the window's label and from where the contraction's strength goes."""
        if label == REST:
            return REST
        samples = window.samples[self._clock]
        if label != self._held:
            return self._held if is_falling(samples, FALLING) else label
        if self._profile is None or self._profile.rising is None or window.masked.any():
            return label
        let_go = strength(newest(samples)) < self._profile.rising.quiet and is_falling(samples, LET_GO)
        return REST if let_go else label

    def _confirmed(self, label: str) -> str:
        if label == self._held:
            self._candidate, self._seen, self._waited = label, 0, 0
            return label
        self._seen = self._seen + 1 if label == self._candidate else 1
        self._candidate = label
        self._waited += 1
        if self._seen >= self._confirm:
            self._held, self._waited = label, 0
        elif self._waited >= self._confirm:
            self._held = REST
        return self._held


def is_falling(samples: NDArray[np.float32], share: float) -> bool:
    """Whether the newest of the (time, channel) window reach less than this share of its older half."""
    return strength(newest(samples)) < share * strength(samples[: max(1, len(samples) // 2)])


def newest(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The last samples of a window, by which it is judged where the strength goes."""
    return samples[-max(1, round(NEWEST * len(samples))) :]


def _softmax(x: NDArray[np.float64]) -> NDArray[np.float64]:
    p = np.exp(x - x.max())
    return np.asarray(p / p.sum())
