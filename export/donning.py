"""Tests a profile on later sessions after `sync` or `calibrate --refresh`, beside it left as it was."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import Windows
from myoedge.calibration.learn import Learned
from myoedge.calibration.refresh import refresh
from myoedge.calibration.stretch import Stretch
from myoedge.calibration.sync import sync
from myoedge.edge.misfit import Misfit
from myoedge.edge.modality import NS
from myoedge.edge.profile import Profile
from myoedge.export.data.repetition import Repetition
from myoedge.export.data.split import PersonSplit
from myoedge.export.score import Score, mean_of
from myoedge.export.subject import Subject

SKIPPED_S = 0.5  # of a sync gesture's repetition: what a wearer takes to react and rise, as live
SYNC_S = 1.0  # what of it re-aligns

Renew = Callable[[Subject, Learned, PersonSplit], tuple[Profile, bool]]


class Donned:
    """Calibrates each person once; every later session renews a copy of that profile and tests it."""

    def __init__(self, subject: Subject, protocol: str) -> None:
        self._subject, self._renew = subject, RENEWALS[protocol.partition(":")[0]]
        self._calibrated: tuple[tuple[Repetition, ...], Learned] | None = None
        self._unchanged: dict[tuple[str, str], Score] = {}
        self._changed: dict[tuple[str, str], Score] = {}
        self._taken = self._sessions = 0
        self._told: Counter[str] = Counter()  # sessions in which a run with the old profile says what helps

    def __call__(self, one: PersonSplit, score: Score) -> None:
        """Test one later session; `score` is the person's."""
        learned = self._learned(one)
        profile, taken = self._renew(self._subject, learned, one)
        self._sessions += 1
        self._taken += taken
        worn = learned.embedder.worn(profile.order, profile.turn, profile.gain, profile.dead)
        self._subject.test(Learned(profile, worn), one.test, score)
        key = one.part, one.person
        self._changed[key] = score
        watch = _Watch(learned, self._subject.bundle.features)
        self._subject.test(learned, one.test, self._unchanged.setdefault(key, Score()), watch)
        self._told.update(watch.told[:1])

    def to_json(self) -> dict[str, Any]:
        """What doing nothing gives on the same windows, and whom the change cost most."""
        rows = {key: score.to_json() for key, score in self._unchanged.items() if score.windows}
        gains = {
            key: float(self._changed[key].to_json()["accuracy"] - row["accuracy"])
            for key, row in rows.items()
        }
        parts = sorted({part for part, _ in rows})
        return {
            "sessions": self._sessions,
            "taken": self._taken,
            "told": dict(self._told),
            "unchanged": {
                part or "all": {
                    "mean": mean_of(row for (of, _), row in rows.items() if of == part),
                    "worst": min(row["accuracy"] for (of, _), row in rows.items() if of == part),
                    "worst_gain": round(min(gain for (of, _), gain in gains.items() if of == part), 4),
                    "people": {who: row["accuracy"] for (of, who), row in rows.items() if of == part},
                }
                for part in parts
            },
        }

    def _learned(self, one: PersonSplit) -> Learned:
        if self._calibrated is None or self._calibrated[0] != one.calibration:
            self._calibrated = one.calibration, self._subject.learned(one.person, one.calibration)
        return self._calibrated[1]


class _Watch:
    """Shows what is tested to what notices a misfit in use, in the order of time."""

    def __init__(self, learned: Learned, features: tuple[str, ...]) -> None:
        self._misfit = Misfit(learned.profile, features, len(learned.profile.order))
        self.told: list[str] = []

    def __call__(self, windows: Windows, accepted: NDArray[np.bool_]) -> None:
        rows = zip(windows.embeddings, windows.used, windows.levels, accepted, strict=True)
        for embedding, used, level, fits in rows:
            if found := self._misfit(embedding, used, float(level), bool(fits)):
                self.told.append(found.help)


def _sync(subject: Subject, learned: Learned, one: PersonSplit) -> tuple[Profile, bool]:
    found = sync(
        learned.profile,
        subject.bundle,
        subject.engine,
        subject.dataset.spec.streams,
        [_moment(stretch) for stretch in subject.stretches(one.update)],
        kept=subject.stretches(one.calibration),
        only=subject.modalities,
    )
    return found.profile, found.taken


def _refresh(subject: Subject, learned: Learned, one: PersonSplit) -> tuple[Profile, bool]:
    found = refresh(
        learned.profile,
        subject.bundle,
        subject.engine,
        subject.dataset.spec.streams,
        subject.stretches(one.update),
        kept=subject.stretches(one.calibration),
        only=subject.modalities,
    )
    return found.profile, True


def _moment(stretch: Stretch) -> Stretch:
    """One second of a repetition, after the wearer's reaction; the samples before it settle the filters."""
    whole = stretch.spans[0]
    start_ns = whole.start_ns + max(0, min(round(SKIPPED_S * NS), whole.end_ns - round(SYNC_S * NS)))
    return Stretch(stretch.chunks, [replace(whole, start_ns=start_ns, end_ns=start_ns + round(SYNC_S * NS))])


RENEWALS: dict[str, Renew] = {"sync": _sync, "refresh": _refresh}
