"""One new repetition of each gesture into the old profile: where the band sits, then where each gesture lies.

The old head stays as it is but for its means, which move towards the new repetition. How far is read off the
calibration: as far as the new repetition lies beyond what one repetition strays from another there anyhow
(the positive part of James and Stein's estimator, Proc. Fourth Berkeley Symp. 1, 1961, over all gestures).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.example import Example
from myoedge.calibration.heldout import widened
from myoedge.calibration.seat import REFRESH_FACT, Seat, seat_of
from myoedge.calibration.stretch import Stretch
from myoedge.calibration.sway import limited
from myoedge.calibration.sync import Rule, Search
from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import Engine
from myoedge.edge.errors import FormatError
from myoedge.edge.head import Head
from myoedge.edge.profile import Profile, Thresholds
from myoedge.edge.stream import StreamSpec

STRAYS = 1.5  # times what repetitions stray that counts as no change: one repetition is a poor estimate
TRUST = 0.8  # of the share that is left, in the new repetition (both: docs/donning.md)
OLD = 40  # windows that the old mean counts as, where the calibration cannot tell how repetitions stray
RULE = Rule(margin=0.5, share=0.6)  # of the gestures asked for; there are more of them than in a sync


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The renewed profile and what it rests on."""

    profile: Profile
    seat: Seat
    labels: tuple[str, ...]  # whose means moved
    right: float  # share of the new windows that the renewed head names rightly, each half without itself

    def to_json(self) -> dict[str, Any]:
        return {**self.seat.to_json(), "labels": list(self.labels), "right": round(self.right, 4)}


def refresh(
    profile: Profile,
    bundle: Bundle,
    engine: Engine | None,
    specs: Mapping[str, StreamSpec],
    stretches: Sequence[Stretch],
    *,
    kept: Sequence[Stretch] = (),
    only: Sequence[str] | None = None,
) -> Refreshed:
    """Renew `profile` by stretches that hold a repetition of its gestures.

    `kept` is the calibration that the profile was fitted to. Raises UsageError for a gesture that the profile
    does not know, FormatError when too little of them came.
    """
    names = specs if only is None else only
    used = tuple(name for name in bundle.modalities if name in names and name not in profile.unused)
    embedder = StreamEmbedder(bundle, engine, specs, only=used)
    search = Search(profile, embedder, kept, rule=RULE)
    placed, examples = search.placed(stretches)
    clean = [good for e in examples if len(good := _clean(e))]
    if not clean:
        raise FormatError("no window of the new repetitions was whole; check how the armband sits")
    share = _share(placed.head, clean, _calibrated(profile, embedder, kept))
    head = moved(placed.head, clean, share)
    right, distance = _judged(placed.head.as_worn(), clean, share)
    labels = tuple(sorted({e.label for e in clean}))
    limits = _widened(profile.thresholds, head, labels, distance)
    if head.sway is not None:
        head = replace(head, sway=limited(head.sway, limits))
    fact = {
        "utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "labels": list(labels),
        "right": round(right, 4),
        "share": None if share is None else round(share, 4),
    }
    facts = {**placed.facts, REFRESH_FACT: fact}
    return Refreshed(replace(placed, head=head, thresholds=limits, facts=facts), search.seat, labels, right)


def moved(head: Head, examples: Sequence[Example], share: float | None) -> Head:
    """The head with each label's mean moved by `share` of the way to the examples'; None: by their number."""
    means = head.means.copy()
    for i, label in enumerate(head.labels):
        mine = [e.embeddings for e in examples if e.label == label]
        if mine:
            x = np.concatenate(mine).astype(np.float64) / head.spread
            way = len(x) / (OLD + len(x)) if share is None else share
            means[i] += way * (x.mean(axis=0) - means[i])
    return replace(head, means=means)


def _calibrated(profile: Profile, embedder: StreamEmbedder, kept: Sequence[Stretch]) -> list[Example]:
    """The repetitions of the calibration, as they were embedded then."""
    _, base = seat_of(profile)
    worn = embedder.worn(base.order, 0.0, base.gain, base.dead)
    return [good for stretch in kept for e in worn.examples(stretch) if len(good := _clean(e))]


def _share(head: Head, new: Sequence[Example], old: Sequence[Example]) -> float | None:
    """How far towards the new repetitions the truth is believed to lie; None: the calibration cannot tell."""
    used = np.asarray(np.concatenate([e.used for e in new]).all(axis=0))
    if not used.any():
        return None
    white = head.whitened(used)
    strays, counts = [], []
    for label in head.labels:
        means = np.array([white(e.embeddings.mean(axis=0)) for e in old if e.label == label])
        counts.append(len(means))
        if len(means) > 1:
            strays.append(float(((means - means.mean(axis=0)) ** 2).sum(axis=0).mean()) / (len(means) - 1))
    if not strays:
        return None
    away = []
    for i, label in enumerate(head.labels):
        mine = [e.embeddings for e in new if e.label == label]
        if mine:
            was = white(head.means[i] * head.spread)
            away.append(float(((white(np.concatenate(mine).mean(axis=0)) - was) ** 2).mean()))
    repetitions = float(np.mean(counts))
    expected = STRAYS * float(np.mean(strays)) * (1 + 1 / repetitions)
    return max(1 / (repetitions + 1), TRUST * (1 - expected / max(float(np.mean(away)), 1e-9)))


def _clean(example: Example) -> Example:
    """Windows in which every feature counts that ever counted in this repetition, and holds a number."""
    ever = example.used.any(axis=0)
    keep = example.used[:, ever].all(axis=1) & np.isfinite(example.embeddings).all(axis=1)
    return Example(
        example.label, example.repetition, example.embeddings[keep], example.used[keep], example.levels[keep]
    )


def _widened(limits: Thresholds, head: Head, shown: Sequence[str], distance: float) -> Thresholds:
    """What was shown passes up to this distance, and never less far than before."""
    each = tuple(
        max(was, distance) if label in shown else was
        for label, was in zip(head.labels, limits.distances, strict=False)
    )
    return replace(limits, distance=max(limits.distance, distance), distances=each)


def _judged(head: Head, examples: Sequence[Example], share: float | None) -> tuple[float, float]:
    """Share named rightly, and the distance that lets those pass, each half by means moved by the other."""
    halves = [
        [e.part(slice(0, len(e) // 2)) for e in examples],
        [e.part(slice(len(e) // 2, None)) for e in examples],
    ]
    right: list[bool] = []
    distances: list[float] = []
    for learned, tested in (halves, halves[::-1]):
        other = moved(head, learned, share)
        for e in tested:
            if len(e):
                found = other.distances(e.embeddings, np.asarray(e.used.all(axis=0)))
                hit = found.argmin(axis=1) == other.labels.index(e.label)
                right += hit.tolist()
                distances += found.min(axis=1)[hit].tolist()
    if not distances:
        return 0.0, 0.0
    return float(np.mean(right)), widened(distances)
