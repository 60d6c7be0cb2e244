"""One new repetition of each gesture into the old profile: where the band sits, then where each gesture lies.

The old head stays as it is but for its means, which move towards the new repetition as far as its windows
outweigh OLD of the calibration's (the maximum a posteriori mean of a Gaussian whose prior counts so much).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.example import Example
from myoedge.calibration.seat import REFRESH_FACT, Seat
from myoedge.calibration.stretch import Stretch
from myoedge.calibration.sync import Rule, Search
from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import Engine
from myoedge.edge.errors import FormatError
from myoedge.edge.head import Head
from myoedge.edge.profile import Profile, Thresholds
from myoedge.edge.stream import StreamSpec

OLD = 40  # windows that the calibration's mean counts as, 2 s of them (docs/donning.md)
RULE = Rule(margin=0.5, share=0.6)  # of the gestures asked for; there are more of them than in a sync
ACCEPTED, WIDER = 0.975, 1.3  # as at calibration from one repetition cut in two


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
    head = moved(placed.head, clean)
    right, distance = _judged(placed.head, clean)
    limits = Thresholds(profile.thresholds.score, max(profile.thresholds.distance, distance))
    labels = tuple(sorted({e.label for e in clean}))
    fact = {
        "utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "labels": list(labels),
        "right": round(right, 4),
    }
    facts = {**placed.facts, REFRESH_FACT: fact}
    return Refreshed(replace(placed, head=head, thresholds=limits, facts=facts), search.seat, labels, right)


def moved(head: Head, examples: Sequence[Example], old: float = OLD) -> Head:
    """The head with each label's mean between the old one, which counts `old` windows, and the examples'."""
    means = head.means.copy()
    for i, label in enumerate(head.labels):
        mine = [e.embeddings for e in examples if e.label == label]
        if mine:
            x = np.concatenate(mine).astype(np.float64) / head.spread
            means[i] = (old * means[i] + x.sum(axis=0)) / (old + len(x))
    return replace(head, means=means)


def _clean(example: Example) -> Example:
    """Windows in which every feature counts that ever counted in this repetition, and holds a number."""
    ever = example.used.any(axis=0)
    keep = example.used[:, ever].all(axis=1) & np.isfinite(example.embeddings).all(axis=1)
    return Example(
        example.label, example.repetition, example.embeddings[keep], example.used[keep], example.levels[keep]
    )


def _judged(head: Head, examples: Sequence[Example]) -> tuple[float, float]:
    """Share named rightly, and the distance that lets those pass, each half by means moved by the other."""
    halves = [
        [e.part(slice(0, len(e) // 2)) for e in examples],
        [e.part(slice(len(e) // 2, None)) for e in examples],
    ]
    right: list[bool] = []
    distances: list[float] = []
    for learned, tested in (halves, halves[::-1]):
        other = moved(head, learned)
        for e in tested:
            if len(e):
                found = other.distances(e.embeddings, np.asarray(e.used.all(axis=0)))
                hit = found.argmin(axis=1) == other.labels.index(e.label)
                right += hit.tolist()
                distances += found.min(axis=1)[hit].tolist()
    if not distances:
        return 0.0, 0.0
    return float(np.mean(right)), WIDER * float(np.quantile(distances, ACCEPTED))
