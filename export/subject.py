"""What is evaluated on which data: calibrated as the device calibrates, decided as the device decides."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder, Windows
from myoedge.calibration.learn import Learned, learn
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import Engine
from myoedge.edge.profile import Profile
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.score import Score


@dataclass(frozen=True, slots=True)
class Subject:
    """What is evaluated, on which of the data set's modalities."""

    bundle: Bundle
    engine: Engine | None
    dataset: LoadedDataset
    modalities: tuple[str, ...]

    def stretch(self, repetition: Repetition, number: int) -> Stretch:
        """A repetition as the armband would send it, the bundle's clock first."""
        names = sorted(set(self.modalities) & set(repetition.signals), key=lambda m: m != self.bundle.clock)
        return stretch_of(
            repetition.label, number, {m: repetition.signals[m] for m in names}, repetition.rates
        )

    def stretches(self, repetitions: Sequence[Repetition]) -> list[Stretch]:
        """Several, numbered within their label, also over sessions."""
        return [self.stretch(repetition, number) for repetition, number in _numbered(repetitions)]

    def embedder(self) -> StreamEmbedder:
        """Stops 5 to 7 without a wearer."""
        return StreamEmbedder(self.bundle, self.engine, self.dataset.spec.streams, only=self.modalities)

    def facts(self) -> dict[str, Any]:
        """What every result says of it."""
        clock = self.embedder().clock
        return {
            "bundle": f"{self.bundle.name} {self.bundle.short_digest}",
            "engine": self.engine.name if self.engine else None,
            "modalities": list(self.modalities),
            "window_ms": round(clock.rows / clock.rate_hz * 1000, 3),
            "hop_ms": self.bundle.hop_ms,
        }

    def learned(self, person: str, calibration: Sequence[Repetition]) -> Learned:
        """A profile fitted as `calibrate` does."""
        return learn(
            self.bundle,
            self.engine,
            self.stretches(calibration),
            self.dataset.spec.streams,
            wearer=person,
            armband=self.dataset.spec.key,
            only=self.modalities,
            onsets=False,
        )

    def test(
        self,
        learned: Learned,
        repetitions: Iterable[Repetition],
        score: Score,
        look: Callable[[Windows, NDArray[np.bool_]], None] = lambda _, __: None,
    ) -> None:
        """Decide as `run` does; `look` is shown the windows of each repetition and which were accepted."""
        for repetition in repetitions:
            windows = learned.embedder(self.stretch(repetition, 0).chunks)
            posterior, accepted = decide(learned.profile, windows)
            score.add(repetition.label, learned.profile.head.labels, posterior, accepted)
            look(windows, accepted)


def decide(profile: Profile, windows: Windows) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Posterior of every window, (window, label), and whether edge/decide.py would let it through."""
    head, limits = profile.head, profile.thresholds
    posterior = np.zeros((len(windows.t_ns), len(head.labels)))
    accepted = np.zeros(len(posterior), bool)
    for used in np.unique(windows.used, axis=0):
        rows = np.flatnonzero((windows.used == used).all(axis=1))
        distances = head.distances(windows.embeddings[rows], used)
        posterior[rows] = head.posterior(distances, int(used.sum()))
        best = distances.argmin(axis=1)
        near = distances[np.arange(len(rows)), best] <= np.array([limits.farthest(b) for b in best])
        accepted[rows] = near & (posterior[rows].max(axis=1) >= limits.score)
    return posterior, accepted


def _numbered(repetitions: Sequence[Repetition]) -> Iterable[tuple[Repetition, int]]:
    """With a number that is unique within the label, also over sessions."""
    seen: Counter[str] = Counter()
    for repetition in repetitions:
        yield repetition, seen[repetition.label]
        seen[repetition.label] += 1
