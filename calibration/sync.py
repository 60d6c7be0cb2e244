"""Finds how the band sits from a moment of two known gestures, and re-aligns the profile if that is sure.

Every place around the ring is tried, in quarters of an electrode. The one is taken under which the prompted
gestures are believed most, if they are believed clearly more than with the band where it was, each of them;
else nothing changes. Limits were chosen with each data set left out in turn (docs/donning.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.example import Example
from myoedge.calibration.seat import NetworkMeans, Seat, seat_of, seated
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import Engine
from myoedge.edge.errors import FormatError, UsageError
from myoedge.edge.head import Head
from myoedge.edge.profile import Profile
from myoedge.edge.stream import StreamSpec
from myoedge.edge.turn import Turn

GESTURES = ("wrist extension", "hand open")
STEP = 0.25  # electrodes between two places that are tried
LEAST = 0.5  # electrodes: nearer than that the band counts as not moved; interpolation alone gains there
DENSITY = 0.5  # weight of the tempered log density beside the log posterior
EACH = 0.1  # nat by which a single gesture counts as gaining
SHARP = 3.0  # per nat: the place is the mean of its neighbours within 0.75, weighted by exp(SHARP * score)
REACH = 3  # steps to either side over which the place is averaged
LEAST_P = 1e-12
KNOWN = 0.5  # mean posterior from which the gestures count as recognised
GAIN_MARGIN = 0.5  # nat that another strength must gain
WORSE = 0.05  # of that posterior that may be lost, where density gains
GAINS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.7, 2.0)
SAME = "the band sits as the profile says; nothing was changed"
LOST = (
    "these gestures fit no place of the band clearly better; nothing was changed: do them again, or take "
    "20 s for `calibrate --refresh`"
)

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rule:
    """When a place of the band is believed instead of the one before."""

    margin: float = 1.2  # nat, mean over the gestures, that it must gain
    share: float = 1.0  # of the gestures that must each gain

    def __call__(self, gained: Array) -> bool:
        """Whether what each gesture gained is enough."""
        return bool(gained.mean() >= self.margin and (gained >= EACH).mean() >= self.share)


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of it; `profile` is the one to run with: the old one where nothing was taken."""

    profile: Profile
    taken: bool
    seat: Seat
    before: float  # mean posterior of the prompted gestures with the profile as it was
    after: float  # as it is now
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {
            "taken": self.taken,
            **self.seat.to_json(),
            "before": round(self.before, 4),
            "after": round(self.after, 4),
            "reason": self.reason,
        }


def sync(
    profile: Profile,
    bundle: Bundle,
    engine: Engine | None,
    specs: Mapping[str, StreamSpec],
    stretches: Sequence[Stretch],
    *,
    kept: Sequence[Stretch] = (),
    mirror: bool = False,
    hop_ms: float | None = None,
    only: Sequence[str] | None = None,
) -> Synced:
    """Re-align `profile` by stretches that hold a moment of two or more of its gestures.

    `kept` is the calibration the profile was fitted to, `mirror` says that the band is the other way round
    than it was calibrated. Raises UsageError when the profile does not know the gestures, FormatError when
    too little of them came.
    """
    names = specs if only is None else only
    used = tuple(name for name in bundle.modalities if name in names and name not in profile.unused)
    embedder = StreamEmbedder(bundle, engine, specs, only=used, hop_ms=hop_ms)
    return Search(profile, embedder, kept, mirror)(stretches)


class Search:
    """All places around the ring, for one profile; called with what the wearer did."""

    def __init__(
        self,
        profile: Profile,
        embedder: StreamEmbedder,
        kept: Sequence[Stretch],
        mirror: bool = False,
        rule: Rule = Rule(),
    ) -> None:
        self._profile, self._embedder, self._rule = profile, embedder, rule
        self._now, self._base = seat_of(profile)
        self._mirrored = self._now.mirrored != mirror
        self._network = NetworkMeans(self._base, embedder, kept)
        self.seat = self._now  # what was found
        self._whole: dict[tuple[int, bool, float], list[Example]] = {}  # embedded at whole electrodes

    def __call__(self, stretches: Sequence[Stretch]) -> Synced:
        """Raises as `sync`."""
        self._show(stretches)
        self.seat = self._strength(self._place())
        return self._checked(self.seat)

    def placed(self, stretches: Sequence[Stretch]) -> tuple[Profile, list[Example]]:
        """The profile at the best believed place, and what was shown as seen from there; raises as `sync`."""
        self._show(stretches)
        self.seat = self._strength(self._place())
        return seated(self._base, self.seat, self._network.head(self.seat.part)), self._examples(self.seat)

    def _show(self, stretches: Sequence[Stretch]) -> None:
        self._stretches = stretches
        self._whole.clear()
        labels = self._profile.head.labels
        if strange := sorted({span.label for stretch in stretches for span in stretch.spans} - set(labels)):
            raise UsageError(f"the profile does not know {', '.join(strange)}; it knows {', '.join(labels)}")
        if len({e.label for e in self._examples(self._now)}) < 2:
            raise FormatError("too little came of two gestures to see how the band sits; do it again")

    def _place(self) -> Seat:
        """The best believed turn; the seat as it is where none is clearly better."""
        now, channels = self._now, len(self._base.order)
        turns = np.arange(-channels / 2, channels / 2, STEP)
        seats = [replace(now, turn=float(turn), mirrored=self._mirrored) for turn in turns]
        scores = np.array([self._scores(seat) for seat in seats])
        total = scores.mean(axis=1)
        away = np.abs((turns - now.turn + channels / 2) % channels - channels / 2)
        moved = (away >= LEAST) | (self._mirrored != now.mirrored)
        best = int(np.where(moved, total, -np.inf).argmax())
        if not self._rule(scores[best] - self._scores(now)):
            return now
        reach = np.arange(-REACH, REACH + 1)
        near = total[(best + reach) % len(turns)]
        weights = np.exp(SHARP * (near - near.max()))
        at = (best + round(float(weights @ reach / weights.sum()))) % len(turns)
        return seats[at] if moved[at] else now

    def _strength(self, seat: Seat) -> Seat:
        """The same place with another gain, where every gesture is believed clearly more with it."""
        louder = [replace(seat, gain=seat.gain * gain) for gain in GAINS]
        scores = np.array([self._scores(one) for one in louder])
        best = int(scores.mean(axis=1).argmax())
        stronger = replace(self._rule, margin=GAIN_MARGIN)
        return louder[best] if stronger(scores[best] - self._scores(seat)) else seat

    def _checked(self, seat: Seat) -> Synced:
        """Take over only a seat in which the gestures are recognised, no worse than in the one in use."""
        before, after = self._believed(self._now), self._believed(seat)
        if seat != self._now and after > max(before - WORSE, KNOWN):
            new = seated(self._base, seat, self._network.head(seat.part))
            return Synced(new, True, seat, before, after, _said(seat))
        return Synced(self._profile, False, self._now, before, before, SAME if before > KNOWN else LOST)

    def _scores(self, seat: Seat) -> Array:
        """How much each prompted gesture is believed, (gesture,): nat."""
        head = self._network.head(seat.part).as_worn()
        return np.array([_belief(head, e)[0] for e in self._examples(seat)])

    def _believed(self, seat: Seat) -> float:
        """Mean posterior of the prompted gestures."""
        head = self._network.head(seat.part).as_worn()
        return float(np.mean([_belief(head, e)[1] for e in self._examples(seat)]))

    def _examples(self, seat: Seat) -> list[Example]:
        """The stretch as that seat shows it: embedded once for each whole electrode, then mixed."""
        channels = len(self._base.order)
        key = seat.whole % channels, seat.mirrored, seat.gain
        if key not in self._whole:
            worn = seated(self._base, replace(seat, turn=float(seat.whole)))
            embedder = self._embedder.worn(worn.order, 0.0, worn.gain, worn.dead)
            found = [e for stretch in self._stretches for e in embedder.examples(stretch)]
            self._whole[key] = [e for e in found if len(e)]
        if not seat.part:
            return self._whole[key]
        turn = Turn(self._embedder.bundle.features, channels, seat.part)
        return [_mixed(example, turn) for example in self._whole[key]]


def _mixed(example: Example, turn: Turn) -> Example:
    """The closed-form part of every window read between two electrodes."""
    closed = turn.features_in
    embeddings, used = example.embeddings.astype(np.float32), example.used.copy()
    embeddings[:, :closed] = turn(embeddings[:, :closed])
    used[:, :closed] &= used[:, turn.far]
    return Example(example.label, example.repetition, embeddings, used, example.levels)


def _belief(head: Head, example: Example) -> tuple[float, float]:
    """Log posterior and tempered log density of the label, weighted together (nat), and its posterior."""
    label = head.labels.index(example.label)
    belief, posterior = np.zeros(len(example)), np.zeros(len(example))
    for used in np.unique(example.used, axis=0):
        rows = np.flatnonzero((example.used == used).all(axis=1))
        distances, features = head.distances(example.embeddings[rows], used), int(used.sum())
        p = head.posterior(distances, features)[:, label]
        density = -0.5 * features * head.temperature * distances[:, label]
        belief[rows], posterior[rows] = np.log(np.maximum(p, LEAST_P)) + DENSITY * density, p
    return float(belief.mean()), float(posterior.mean())


def _said(seat: Seat) -> str:
    where = f"turned by {seat.turn:+g} electrodes" if seat.turn else "not turned"
    round_ = ", the other way round" if seat.mirrored else ""
    gain = f", the signal taken {seat.gain:g} times" if seat.gain != 1.0 else ""
    return f"the band sits {where}{round_}{gain}"
