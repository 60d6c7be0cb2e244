"""Runs stops 5 to 7 over chunks, exactly as the device does, and keeps what came out of every window."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.example import Example
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.condition import Conditioner, Signal
from myoedge.edge.embed import Embedder
from myoedge.edge.engines import Engine
from myoedge.edge.features import FEATURES
from myoedge.edge.gather import Gatherer
from myoedge.edge.misfit import MOST_CHANNELS
from myoedge.edge.modality import NS
from myoedge.edge.pipeline import bind_all
from myoedge.edge.stream import StreamSpec
from myoedge.edge.window import Window, Windower

EVERY = 4  # of the windows read turned: they overlap by so many hops
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Windows:
    """Every window of a run of chunks."""

    t_ns: NDArray[np.int64]  # (window,) time of the last sample
    embeddings: NDArray[np.float32]  # (window, feature)
    used: NDArray[np.bool_]  # (window, feature)
    levels: NDArray[np.float64]  # (window,)
    scores: NDArray[np.float32] | None  # (window, label) of the network

    def rows(self, keep: NDArray[np.bool_]) -> "Windows":
        """Some of them."""
        scores = None if self.scores is None else self.scores[keep]
        return Windows(self.t_ns[keep], self.embeddings[keep], self.used[keep], self.levels[keep], scores)


class StreamEmbedder:
    """Stops 5 to 7 for one armband and bundle; every call starts anew, as a stream that was just opened."""

    def __init__(
        self,
        bundle: Bundle,
        engine: Engine | None,
        specs: Mapping[str, StreamSpec],
        *,
        order: Sequence[int] | None = None,
        gain: float = 1.0,
        hop_ms: float | None = None,
        only: tuple[str, ...] | None = None,
    ) -> None:
        self.bundle, self.engine, self.gain, self.order = bundle, engine, gain, order
        self.dead: tuple[int, ...] = ()  # places of the window that never count
        self.turn = 0.0  # share of an electrode by which the band sits off `order`
        self.bounds = bind_all(bundle, specs, only)
        self.present = {name for name in self.bounds if name in specs and (only is None or name in only)}
        self.clock = self.bounds[bundle.clock]
        self._hop_ms = hop_ms or bundle.hop_ms
        self._embedder = Embedder(bundle, len(self.clock.columns))
        self._unturned = self._embedder

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """Feature ranges of the embedding's blocks."""
        return self._embedder.blocks

    @property
    def touched(self) -> NDArray[np.bool_]:
        """Which channels each feature depends on, (feature, channel)."""
        channels = len(self.clock.columns)
        parts = [FEATURES[name][1](channels) for name in self.bundle.features]
        return np.concatenate([*parts, np.zeros((self.bundle.embedding, channels), bool)])

    @property
    def window_ns(self) -> int:
        """From a window's first sample to the end of its last."""
        return round(self.clock.rows / self.clock.rate_hz * NS)

    def with_gain(self, gain: float) -> "StreamEmbedder":
        """The same with another gain on the clock modality."""
        new = copy(self)
        new.gain = gain
        return new

    def without(self, dead: Sequence[int]) -> "StreamEmbedder":
        """The same with these places of the window masked for good."""
        new = copy(self)
        new.dead = tuple(dead)
        return new

    def worn(
        self, order: Sequence[int], turn: float = 0.0, gain: float | None = None, dead: Sequence[int] = ()
    ) -> "StreamEmbedder":
        """The same for a band that sits as a profile says."""
        new = copy(self)
        new.order, new.turn, new.dead = tuple(order), turn, tuple(dead)
        new.gain = self.gain if gain is None else gain
        channels = len(self.clock.columns)
        new._embedder = Embedder(self.bundle, channels, turn) if turn else self._unturned
        return new

    def windows(self, chunks: Iterable[Chunk]) -> Iterable[Window]:
        """Stops 5 and 6; chunks are joined as the live loop joins them: it costs less and changes nothing."""
        windower = Windower(self.bounds, self.bundle.clock, self._hop_ms)
        for signal in self.signals(self._gathered(chunks, windower)):
            yield from windower.feed(signal)

    def _gathered(self, chunks: Iterable[Chunk], windower: Windower) -> Iterable[Chunk]:
        periods_ns = {name: bound.period_ns for name, bound in self.bounds.items()}
        gatherer = Gatherer(self.bundle.clock, lambda: min(windower.rows_due, windower.hop), periods_ns)
        for chunk in chunks:
            if chunk.modality in self.present:
                yield from gatherer.feed(chunk)
        yield from gatherer.flush()

    def signals(self, chunks: Iterable[Chunk]) -> Iterable[Signal]:
        """Stop 5."""
        conditioners = {name: self._conditioner(name) for name in self.present}
        for chunk in chunks:
            if chunk.modality in conditioners:
                yield conditioners[chunk.modality](chunk)[0]

    def _conditioner(self, name: str) -> Conditioner:
        mine = name == self.bundle.clock
        order, gain, dead = (self.order, self.gain, self.dead) if mine else (None, 1.0, ())
        return Conditioner(self.bounds[name], self.bundle.max_gap_ms, order, gain, mine, dead)

    def __call__(
        self, chunks: Iterable[Chunk], wanted: Callable[[Window], bool] = lambda window: True
    ) -> Windows:
        """Stops 5 to 7; stop 7 only for the windows that are wanted."""
        t_ns, embedded = [], []
        for window in filter(wanted, self.windows(chunks)):
            t_ns.append(window.t_ns)
            embedded.append(self._embedder(window, self.engine))
        features = self.blocks[-1][1]
        scores = [e.scores for e in embedded if e.scores is not None]
        return Windows(
            np.array(t_ns, np.int64),
            np.array([e.embedding for e in embedded], np.float32).reshape(-1, features),
            np.array([e.used for e in embedded], bool).reshape(-1, features),
            np.array([e.level for e in embedded]),
            np.array(scores) if scores else None,
        )

    def examples(self, stretch: Stretch, asides: bool = False) -> list[Example]:
        """One example a span, of the windows that lie in it whole; a span too short gives an empty one.

        With `asides` they also say what a band turned by an electrode would do to them, where it is a ring.
        """
        period_ns, window_ns = self.clock.period_ns, self.window_ns
        seen: list[Window] = []

        def held(window: Window) -> bool:
            start_ns = window.t_ns + period_ns - window_ns
            inside = any(s.start_ns <= start_ns and window.t_ns < s.end_ns for s in stretch.spans)
            if inside and asides:
                seen.append(window)
            return inside

        windows = self(stretch.chunks, held)
        starts = windows.t_ns + period_ns - self.window_ns
        found = []
        for span in stretch.spans:
            keep = (starts >= span.start_ns) & (windows.t_ns < span.end_ns)
            inside = windows.rows(keep)
            aside = self._aside([seen[i] for i in np.flatnonzero(keep)], inside) if asides else None
            found.append(
                Example(span.label, span.repetition, inside.embeddings, inside.used, inside.levels, aside)
            )
        return found

    def _aside(self, windows: Sequence[Window], plain: Windows) -> Floats | None:
        """(2, feature): what a band read one electrode on, either way, adds to the mean of these windows."""
        if not 2 < len(self.clock.columns) <= MOST_CHANNELS:
            return None
        found = np.zeros((2, self.blocks[-1][1]))
        for side, by in enumerate((1, -1)):
            for i in range(0, len(windows), EVERY):
                turned = self._embedder(_turned(windows[i], self.bundle.clock, by), self.engine)
                away = turned.embedding - plain.embeddings[i]
                found[side] += np.where(turned.used & plain.used[i], away, 0.0)
        return found / max(1, len(range(0, len(windows), EVERY)))


def _turned(window: Window, clock: str, by: int) -> Window:
    """Place i shows what place i - `by` showed, around the ring."""
    samples = {**window.samples, clock: np.roll(window.samples[clock], by, axis=1)}
    return replace(window, samples=samples, masked=np.roll(window.masked, by))
