"""Stop 5: raw counts to the signal that the model was trained on, gaps bridged, bad channels marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.chunk import Chunk
from myoedge.edge.filter import Filter
from myoedge.edge.modality import Bound
from myoedge.edge.quality import QualityChange, QualityMonitor


@dataclass(frozen=True, slots=True)
class Signal:
    """A conditioned run of samples of one modality."""

    modality: str
    samples: NDArray[np.float32]  # (time, channel) in the window's channel order
    masked: NDArray[np.bool_]  # (time, channel): must not count
    t_ns: int  # of samples[0]
    arrival_ns: int
    bridged: int  # how many of the first samples stand for lost ones
    reset: bool  # what came before is too long ago to belong to the same window


class Conditioner:
    """Causal: filters keep their state, a short gap is bridged by the mirrored past, a longer one resets."""

    def __init__(self, bound: Bound, max_gap_ms: float, order: Sequence[int] | None = None, gain: float = 1.0) -> None:
        self._bound = bound
        columns = np.asarray(bound.columns)
        self._columns = columns[np.asarray(order)] if order is not None else columns
        self._plain = list(self._columns) == list(range(bound.channels))
        self._scale = np.asarray(bound.scale) * gain
        self._filter = Filter(bound.sections, len(self._columns))
        self._monitor = QualityMonitor(bound.rate_hz, bound.channels, bound.limit)
        self._bridge_rows = round(max_gap_ms * bound.rate_hz / 1000)
        self._past = np.zeros((max(2, self._bridge_rows + 1), bound.channels))
        self._known = 0  # rows of the past that are real

    @property
    def states(self) -> list[str]:
        """State of every channel as the armband numbers them: normal, nan, flat, clipped, noisy."""
        return list(self._monitor.states)

    def __call__(self, chunk: Chunk) -> tuple[Signal, list[QualityChange]]:
        """Condition one chunk; the changes of channel quality come beside it."""
        raw = chunk.samples.astype(np.float64)
        period = self._bound.period_ns
        marks, changes = self._monitor.feed(raw, chunk.t_ns, period)
        raw = self._finite(raw)
        lost = chunk.lost if self._known else 0
        reset = lost > self._bridge_rows or not self._known
        bridged = 0
        if reset:
            self._filter.reset()
            self._known = 0
        elif lost:
            bridged = lost
            raw = np.concatenate([self._mirror(lost), raw])
            marks = np.concatenate([np.repeat(marks[:1], lost, axis=0), marks])
        self._remember(raw)
        signal = self._filter((raw if self._plain else raw[:, self._columns]) * self._scale)
        if not self._plain:
            marks = marks[:, self._columns]
        t_ns = chunk.t_ns - bridged * period
        return Signal(
            chunk.modality, signal.astype(np.float32), marks, t_ns, chunk.arrival_ns, bridged, reset
        ), changes

    def _finite(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """A value that is no number is held at the last one, so that the filter stays sane; it is masked anyway."""
        if np.isfinite(raw).all():
            return raw
        last = self._past[-1].copy() if self._known else np.zeros(raw.shape[1])
        for row in raw:
            good = np.isfinite(row)
            row[~good] = last[~good]
            last = row
        return raw

    def _mirror(self, lost: int) -> NDArray[np.float64]:
        """The past played backwards: keeps amplitude and correlation, where a held value would look like rest."""
        known = self._past[-min(self._known, len(self._past)) :]
        if len(known) == 1:
            return np.repeat(known, lost, axis=0)
        there_and_back = np.concatenate([known[-2::-1], known[1:]])
        return np.resize(there_and_back, (lost, known.shape[1]))

    def _remember(self, raw: NDArray[np.float64]) -> None:
        size = len(self._past)
        if len(raw) >= size:
            self._past[:] = raw[-size:]
        else:
            self._past[: -len(raw)] = self._past[len(raw) :]
            self._past[-len(raw) :] = raw
        self._known = min(size, self._known + len(raw))
