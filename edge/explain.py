"""What a decision rests on: each channel and each modality left out in turn, by what the margin loses.

Nothing is asked of the bundle but what it does for a dead channel or an absent modality, so that any bundle's
decisions can be explained, the wearer's own head included. It goes window by window, so that whoever runs it
can put every run of the engine behind its own guard, or stop. The measure is our choice; the question which
modality carries a decision is IsoNet's (arXiv 2506.16744).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.embed import Embedded
from myoedge.edge.profile import Profile
from myoedge.edge.window import Window

MOST_CHANNELS = 16  # each costs a run of the network: with more only modalities are told


@dataclass(frozen=True, slots=True)
class Explanation:
    """Shares of what is lost, each adding up to one; what the decision is no worse without has none."""

    modalities: dict[str, float]
    channels: tuple[float, ...]  # of the clock modality; empty where there are too many


class Reason:
    """One decision's explanation on its way: embed `window`, `feed` what came of it, until it is None."""

    def __init__(self, explainer: "Explainer", window: Window, embedded: Embedded, label: str) -> None:
        self.label, self.arrival_ns = label, window.arrival_ns
        self.with_engine = embedded.scores is not None  # else the closed-form part decided alone
        self._explainer, self._at = explainer, explainer.labels.index(label)
        self._whole = explainer.margin(embedded, self._at)
        self._masked, self._others = window.masked, explainer.others(window)
        self._windows = explainer.changed(window, self._others)
        self._lost: list[float] = []
        self.window: Window | None = next(self._windows, None)

    def feed(self, embedded: Embedded) -> None:
        """What became of `window`; the next one takes its place."""
        self._lost.append(max(0.0, self._whole - self._explainer.margin(embedded, self._at)))
        self.window = next(self._windows, None)

    def told(self) -> Explanation | None:
        """Once `window` is None: the shares; None where nothing that can be left out speaks for the label."""
        lost = iter(self._lost)
        channels = len(self._masked) if len(self._masked) <= MOST_CHANNELS else 0
        by_channel = _shares([0.0 if self._masked[c] else next(lost) for c in range(channels)])
        if not self._others:
            clock = self._explainer.clock
            return Explanation({clock: 1.0}, tuple(by_channel)) if sum(by_channel) else None
        shares = _shares([*lost])
        if not sum(shares):
            return None
        names = (self._explainer.clock, *self._others)
        return Explanation(dict(zip(names, shares, strict=True)), tuple(by_channel))


class Explainer:
    """Explains one bundle's decisions, with or without a wearer's profile."""

    def __init__(self, bundle: Bundle, profile: Profile | None) -> None:
        self.clock, self._profile = bundle.clock, profile
        self._inputs = bundle.inputs
        self.labels = profile.head.labels if profile else bundle.labels

    def __call__(self, window: Window, embedded: Embedded, label: str) -> Reason | None:
        """Why it was `label`; None for a label of no head. A run of features and network for each channel
        and modality is to be fed."""
        return Reason(self, window, embedded, label) if label in self.labels else None

    def others(self, window: Window) -> tuple[str, ...]:
        """The modalities that can be left out besides the clock's."""
        return tuple(
            name
            for name, samples in window.samples.items()
            if name != self.clock and name in self._inputs and samples.any()
        )

    def changed(self, window: Window, others: tuple[str, ...]) -> Iterator[Window]:
        """The window without each channel that lives, then without each modality where there are several."""
        if len(window.masked) <= MOST_CHANNELS:
            yield from (self._deaf(window, c) for c in np.flatnonzero(~window.masked).tolist())
        if others:
            yield self._deaf(window, slice(None))
            yield from (_without(window, name) for name in others)

    def margin(self, embedded: Embedded, at: int) -> float:
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
        samples, masked = window.samples[self.clock].copy(), window.masked.copy()
        samples[:, channel], masked[channel] = 0, True
        return replace(window, samples={**window.samples, self.clock: samples}, masked=masked)


def _without(window: Window, name: str) -> Window:
    """The window as it is when a modality is absent."""
    nothing = np.zeros_like(window.samples[name])
    return replace(window, samples={**window.samples, name: nothing}, absent=(*window.absent, name))


def _shares(lost: list[float]) -> list[float]:
    total = sum(lost)
    return [value / total if total else 0.0 for value in lost]
