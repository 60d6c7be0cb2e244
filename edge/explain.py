"""What a decision rests on: each channel and each modality left out in turn, by what the margin loses.

Nothing is asked of the bundle but what it does for a dead channel or an absent modality, so that any bundle's
decisions can be explained, the wearer's own head included. The measure is our choice; the question which
modality carries a decision is IsoNet's (arXiv 2506.16744).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.embed import Embedded, Embedder
from myoedge.edge.engines import Engine
from myoedge.edge.profile import Profile
from myoedge.edge.window import Window

MOST_CHANNELS = 16  # each costs a run of the network: with more only modalities are told


@dataclass(frozen=True, slots=True)
class Explanation:
    """Shares of what is lost, each adding up to one; what the decision is no worse without has none."""

    modalities: dict[str, float]
    channels: tuple[float, ...]  # of the clock modality; empty where there are too many


class Explainer:
    """Explains one bundle's decisions, with or without a wearer's profile."""

    def __init__(self, bundle: Bundle, embedder: Embedder, profile: Profile | None) -> None:
        self._clock, self._embedder, self._profile = bundle.clock, embedder, profile
        self._inputs = bundle.inputs
        self._labels = profile.head.labels if profile else bundle.labels

    def __call__(
        self, window: Window, embedded: Embedded, label: str, engine: Engine | None
    ) -> Explanation | None:
        """Why it was `label`; None where nothing that can be left out speaks for it. Takes a run of features
        and network for each channel and modality."""
        if label not in self._labels:
            return None
        engine = engine if embedded.scores is not None else None
        at = self._labels.index(label)
        whole = self._margin(embedded, at)

        def lost(changed: Window) -> float:
            return max(0.0, whole - self._margin(self._embedder(changed, engine), at))

        channels = len(window.masked) if len(window.masked) <= MOST_CHANNELS else 0
        by_channel = [0.0 if window.masked[c] else lost(self._deaf(window, c)) for c in range(channels)]
        others = [
            name
            for name, samples in window.samples.items()
            if name != self._clock and name in self._inputs and samples.any()
        ]
        if not others:
            return Explanation({self._clock: 1.0}, tuple(_shares(by_channel))) if sum(by_channel) else None
        by_modality = [
            lost(self._deaf(window, slice(None))),
            *(lost(_without(window, name)) for name in others),
        ]
        shares = _shares(by_modality)
        if not sum(shares):
            return None
        return Explanation(dict(zip((self._clock, *others), shares, strict=True)), tuple(_shares(by_channel)))

    def _margin(self, embedded: Embedded, at: int) -> float:
        """Log odds of a label against the next best one."""
        if self._profile is None:
            if embedded.scores is None:
                return 0.0
            log: NDArray[np.floating] = embedded.scores.astype(np.float64)
        else:
            head, used = self._profile.head, embedded.used
            if not used.any():
                return 0.0
            scale = -0.5 * head.temperature * int(used.sum())
            log = scale * head.distances(embedded.embedding, used)
        others = np.delete(log, at)
        return float(log[at] - others.max()) if len(others) else 0.0

    def _deaf(self, window: Window, channel: int | slice) -> Window:
        """The window as it is when channels of the clock modality are dead."""
        samples, masked = window.samples[self._clock].copy(), window.masked.copy()
        samples[:, channel], masked[channel] = 0, True
        return replace(window, samples={**window.samples, self._clock: samples}, masked=masked)


def _without(window: Window, name: str) -> Window:
    """The window as it is when a modality is absent."""
    nothing = np.zeros_like(window.samples[name])
    return replace(window, samples={**window.samples, name: nothing}, absent=(*window.absent, name))


def _shares(lost: list[float]) -> list[float]:
    total = sum(lost)
    return [value / total if total else 0.0 for value in lost]
