"""Stop 7 whole: a window to scores and embedding, the closed-form blocks first, then the network's."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import Engine
from myoedge.edge.features import FEATURES
from myoedge.edge.turn import Turn
from myoedge.edge.window import Window


@dataclass(frozen=True, slots=True)
class Embedded:
    """What is known of one window before anybody decides."""

    embedding: NDArray[np.float32]  # (feature,): closed-form blocks, then the network's
    used: NDArray[np.bool_]  # (feature,): False where a masked channel or a missing network leaves nothing
    scores: NDArray[np.float32] | None  # (label,) of the network
    level: float  # mean absolute value over the unmasked channels, in the window's units


class Embedder:
    """Computes the closed-form features and runs the network.

    `turn` is the profile's: the share of an electrode by which the band sits off its place.
    """

    def __init__(self, bundle: Bundle, channels: int, turn: float = 0.0) -> None:
        self._bundle = bundle
        self._features = [FEATURES[name] for name in bundle.features]
        touched = [channels_of(channels) for _, channels_of in self._features]
        self._turn = Turn(bundle.features, channels, turn) if turn else None
        self._touched = np.concatenate([*touched, np.zeros((bundle.embedding, channels), bool)])
        self.blocks = self._blocks([len(t) for t in touched])
        self.closed_form = sum(len(t) for t in touched)
        if self._turn:
            self._touched[: self.closed_form] = self._turn.touched(self._touched[: self.closed_form])
        everything = np.ones(len(self._touched), bool)
        self._used = {
            True: everything,
            False: np.arange(len(self._touched)) < self.closed_form,
        }  # with a network

    def _blocks(self, sizes: list[int]) -> tuple[tuple[int, int], ...]:
        edges = np.cumsum([0, *sizes, *([self._bundle.embedding] if self._bundle.embedding else [])])
        return tuple((int(a), int(b)) for a, b in pairwise(edges))

    def features(self, window: Window) -> NDArray[np.float32]:
        """The closed-form blocks of one window, (feature,)."""
        emg = window.samples[self._bundle.clock]
        return np.concatenate([of(emg) for of, _ in self._features])

    def __call__(self, window: Window, engine: Engine | None) -> Embedded:
        """Without an engine the network's block stays zero and is not used."""
        closed = self.features(window)
        embedding = np.zeros(len(self._touched), np.float32)
        embedding[: len(closed)] = self._turn(closed) if self._turn else closed
        scores = None
        if engine is not None:
            inputs = {
                n: (closed if n == "features" else window.samples[n])[None] for n in self._bundle.inputs
            }
            scores, embedding[len(closed) :] = engine(inputs)
        emg = window.samples[self._bundle.clock]
        used, channels = self._used[engine is not None], emg.shape[1]
        if window.masked.any():
            used = used & ~self._touched[:, window.masked].any(axis=1)
            channels = max(1, int((~window.masked).sum()))
        level = float(np.add.reduce(np.abs(emg), axis=None)) / (channels * len(emg))
        return Embedded(embedding, used, scores, level)
