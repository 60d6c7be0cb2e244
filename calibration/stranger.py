"""A starter profile for somebody who only moved freely for half a minute: no prompt, no label.

Other people's gestures (`stranger_people`) are laid over the unlabelled windows at every place around the
ring, either way round; where they fit best, the means are moved to the windows (`stranger_means`). The result
is an ordinary profile, marked as a starter; where nothing is sure there is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.fit import REST, UNKNOWN
from myoedge.calibration.heldout import widened
from myoedge.calibration.seat import Seat, seated
from myoedge.calibration.stranger_means import TEMPERATURE, Guessed, Space, in_order, shares
from myoedge.calibration.stranger_order import Order, order_of
from myoedge.calibration.stranger_people import CHANNELS, People
from myoedge.calibration.stranger_seat import reordered, seats, shown
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import FormatError, MismatchError
from myoedge.edge.head import Head
from myoedge.edge.profile import LevelScale, Profile, Thresholds
from myoedge.edge.stream import StreamSpec

STARTER_FACT = "starter"  # in a profile's facts: it was guessed, not calibrated
LEAST_S = 8.0  # of windows without a bad channel
FITTED = 4  # seats, of those that fit best at first
EVERY = 3  # of the windows one in so many: they overlap
NEAR = 1.0  # electrodes: two places nearer than that mean the same to the wearer
VARIED = 9.0  # least variance in the second direction, in units of how windows stray: three things were done
MARGIN = 5.0  # nat by which the place must beat any quite different one
LEAST_LOG = -3.5  # mean log density of a window, below which these are nobody's gestures
KEPT = 5.0  # nat by which the order asked for must be the better one; else it was not kept to
OBEYED = 3.0  # nat: that a wearer moves in the order asked for is likely beforehand (our choice)
SCORE = 0.4  # least posterior that is believed
STARTER = "a starter, guessed from free movement: a calibration of a minute is surer"

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Guess:
    """What came of it."""

    profile: Profile | None  # None: nothing was sure
    reason: str  # why there is none, or what to know of it
    seat: Seat
    margin: float  # nat by which the place of the band beats the next other one
    done_s: Mapping[str, float]  # seconds of each gesture that were found

    def checked(self) -> Profile:
        """The profile; raises FormatError when there is none."""
        if self.profile is None:
            raise FormatError(self.reason)
        return self.profile

    def to_json(self) -> dict[str, Any]:
        done = {label: round(seconds, 1) for label, seconds in self.done_s.items()}
        return {**self.seat.to_json(), "margin": round(self.margin, 2), "done_s": done, "reason": self.reason}


def guess(
    bundle: Bundle,
    people: People,
    stretches: Sequence[Stretch],
    specs: Mapping[str, StreamSpec],
    *,
    wearer: str,
    armband: str,
    asked: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> Guess:
    """Find band, gestures and thresholds from unlabelled stretches; their spans are not looked at.

    `asked`: the gestures in the order in which the wearer was asked to do them; who does not is told all the
    same. Raises MismatchError for an armband of other channels than the people's and for an order of gestures
    that they did not do, FormatError when too little came without a bad channel. Where nothing is sure the
    guess says why and has no profile.
    """
    embedder = StreamEmbedder(bundle, None, specs, only=(bundle.clock,))
    hop_s = bundle.hop_ms / 1000
    x, levels = _heard(embedder, people, stretches, hop_s)
    space, even = Space(people), Space(people.standardised())
    centre, unit = x.mean(axis=0), x.std(axis=0) + 1e-6
    order = order_of(asked, people.labels, REST, EVERY * hop_s)
    seen = x[::EVERY], (x[::EVERY] - centre) / unit
    found, other, margin = _search((space, even), seen, float(EVERY), order)
    share, log = shares(space(x, found.seat), found.means)
    done_s = dict(zip(people.labels, (share.sum(axis=0) * hop_s).tolist(), strict=True))
    reason = _doubt(space(x, found.seat), margin, float(log.mean()))
    if reason:
        return Guess(None, reason, found.seat, margin, done_s)
    at = reordered(people.features, CHANNELS, found.seat.order(range(CHANNELS)))
    head = _head((space, even), (found, other), (centre[at], unit[at]), embedder.blocks)
    best = share.argmax(axis=1)
    base = Profile(
        wearer=wearer,
        armband=armband,
        bundle=bundle.digest,
        bundle_name=bundle.name,
        created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        order=tuple(range(CHANNELS)),
        gain=1.0,
        head=head,
        thresholds=_thresholds(head, shown(x, found.seat, people.features, CHANNELS), embedder.blocks),
        level=_level(levels, best, people.labels),
        unused=tuple(name for name in bundle.modalities if name != bundle.clock),
        facts={
            **(facts or {}),
            STARTER_FACT: {"seconds": round(len(x) * hop_s, 1), "margin": round(margin, 1)},
        },
    )
    return Guess(seated(base, found.seat), STARTER, found.seat, margin, done_s)


def _heard(
    embedder: StreamEmbedder, people: People, stretches: Sequence[Stretch], hop_s: float
) -> tuple[Array, Array]:
    """Features of all windows without a bad channel, (window, feature), and their levels, (window,)."""
    if len(embedder.clock.columns) != CHANNELS:
        raise MismatchError(
            f"an armband of {len(embedder.clock.columns)} channels; the people that bundle "
            f"{embedder.bundle.name} knows wore {CHANNELS}: calibrate instead"
        )
    closed = people.blocks[-1][1]
    heard = [
        w.rows(np.asarray(w.used[:, :closed].all(axis=1))) for w in (embedder(s.chunks) for s in stretches)
    ]
    x = np.concatenate([w.embeddings[:, :closed] for w in heard]).astype(np.float64)
    if len(x) * hop_s < LEAST_S:
        raise FormatError(
            f"{len(x) * hop_s:.0f} s without a bad channel; wanted {LEAST_S:g} s or more: look how the band "
            "sits, then move freely again, or calibrate"
        )
    return x, np.concatenate([w.levels for w in heard])


def _search(
    spaces: tuple[Space, Space], x: tuple[Array, Array], weight: float, order: Order | None = None
) -> tuple[Guessed, Guessed, float]:
    """The seat that explains the windows best, both as they are and standardised, and by how much it beats
    the best quite different one. With an order seats are tried by it and without it."""
    tried: dict[Seat, tuple[Guessed, Guessed]] = {}
    for seat in seats(CHANNELS):
        a, b = (s.shifted(s(v, seat), seat, weight) for s, v in zip(spaces, x, strict=True))
        tried[seat] = a, b
    likely: list[Seat] = []
    for i in range(len(spaces)):
        ranked = sorted(tried, key=lambda seat: -tried[seat][i].score)
        likely += [*ranked[:FITTED], *[seat for seat in ranked if _apart(seat, ranked[0])][:1]]
    fitted: list[list[Guessed]] = []
    for seat in dict.fromkeys(likely):
        seen = [s(v, seat) for s, v in zip(spaces, x, strict=True)]
        fitted.append([s.fitted(v, at, weight) for s, v, at in zip(spaces, seen, tried[seat], strict=True)])
        kept = in_order(spaces, seen, tried[seat], weight, order) if order else []
        if sum(one.kept for one in kept) >= KEPT:
            fitted.append(kept)
    best = max(fitted, key=lambda pair: _score(pair) + sum(one.missed for one in pair))
    others = [_score(pair) for pair in fitted if _apart(pair[0].seat, best[0].seat)]
    return best[0], best[1], _score(best) - max(others, default=-np.inf)


def _score(pair: Sequence[Guessed]) -> float:
    return sum(one.score + one.kept for one in pair) + (OBEYED if any(one.kept for one in pair) else 0.0)


def _apart(one: Seat, other: Seat) -> bool:
    """Mirrored, or further turned than the same gestures could look like."""
    turned = abs((one.turn - other.turn + CHANNELS / 2) % CHANNELS - CHANNELS / 2)
    return one.mirrored != other.mirrored or turned > NEAR


def _doubt(x: Array, margin: float, log: float) -> str:
    """Why there is to be no profile; empty when all is sure. `x`: (window, value), whitened."""
    if np.linalg.eigvalsh(np.cov(x.T))[-2] < VARIED:
        return "too few different gestures were done; move through all of them, or calibrate"
    if margin < MARGIN:
        return "it is not clear how the band sits; move through all gestures once more, or calibrate"
    if log < LEAST_LOG:
        return "these movements are like nobody's that the bundle knows; calibrate"
    return ""


def _head(
    spaces: tuple[Space, Space],
    found: tuple[Guessed, Guessed],
    scale: tuple[Array, Array],
    blocks: Sequence[tuple[int, int]],
) -> Head:
    """Both guesses as one Gaussian a gesture, precisions added; what is not looked at says nothing.

    `scale`: mean and deviation of the windows' features at that seat, by which the second was standardised.
    """
    people, size = spaces[0].people, blocks[-1][1]
    means, spread = np.zeros((len(people.labels), size)), np.full(size, UNKNOWN)
    covariances: list[Array] = []
    plain = spaces[0].raw(found[0].means)
    even = scale[0] + scale[1] * spaces[1].raw(found[1].means)
    for (start, stop), own, others in zip(
        people.blocks, spaces[0].covariances, spaces[1].covariances, strict=True
    ):
        at = np.flatnonzero(spaces[0].told[start:stop])
        unit = scale[1][start + at]
        one = np.linalg.inv(own[np.ix_(at, at)])
        two = np.linalg.inv(others[np.ix_(at, at)] * np.outer(unit, unit))
        both = 2 * np.linalg.inv(one + two)
        middle = (plain[:, start + at] @ one + even[:, start + at] @ two) @ both / 2
        deviation = np.sqrt(np.diag(both))
        spread[start + at] = deviation
        means[:, start + at] = middle / deviation
        covariance = np.eye(stop - start)
        covariance[np.ix_(at, at)] = both / np.outer(deviation, deviation)
        covariances.append(covariance)
    covariances += [np.eye(stop - start) for start, stop in blocks[len(people.blocks) :]]
    return Head(people.labels, means, spread, tuple(blocks), tuple(covariances), TEMPERATURE)


def _thresholds(head: Head, x: NDArray[np.floating[Any]], blocks: Sequence[tuple[int, int]]) -> Thresholds:
    """What lets the windows heard pass, but for the strangest."""
    embeddings = np.zeros((len(x), blocks[-1][1]))
    embeddings[:, : x.shape[1]] = x
    used = np.arange(blocks[-1][1]) < x.shape[1]
    nearest = head.distances(embeddings, used).min(axis=1)
    return Thresholds(SCORE, widened(nearest))


def _level(levels: NDArray[np.float64], best: NDArray[np.intp], labels: Sequence[str]) -> LevelScale:
    """Rest and full contraction; where no rest was seen the quietest windows stand for it."""
    resting = best == labels.index(REST) if REST in labels else np.zeros(len(best), bool)
    quiet = levels[resting] if resting.any() else np.sort(levels)[: max(1, len(levels) // 10)]
    active = levels[~resting] if not resting.all() else levels
    rest, full = float(np.median(quiet)), float(np.quantile(active, 0.95))
    return LevelScale(rest, full if full > rest else 2 * rest or 1.0)
