"""Stop 5: raw counts to the signal that the model was trained on, gaps bridged, bad channels marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import FormatError
from myoedge.edge.filter import Filter
from myoedge.edge.modality import Bound
from myoedge.edge.quality import QualityChange, QualityMonitor

# Time that jumps so far, back or ahead, and no sample counted as lost: the stream began anew (our choice; a
# clock that is still being recovered moves by less than 0.1 s).
JUMP_NS = 250_000_000


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
    """Causal: filters keep their state, a short gap is bridged by the mirrored past, a longer one resets.

    `order`, `gain` and `dead` (places of the window that never count) are the profile's; `electrodes` is
    False for motion sensors, which may lie still.
    """

    def __init__(
        self,
        bound: Bound,
        max_gap_ms: float,
        order: Sequence[int] | None = None,
        gain: float = 1.0,
        electrodes: bool = True,
        dead: Sequence[int] = (),
    ) -> None:
        self._bound = bound
        columns = np.asarray(bound.columns)
        self._columns = columns[np.asarray(order)] if order is not None else columns
        self._plain = list(self._columns) == list(range(bound.channels))
        self._scale = np.asarray(bound.scale) * gain
        self._filter = Filter(bound.sections, len(self._columns))
        self._monitor = QualityMonitor(bound.rate_hz, bound.channels, bound.limit, electrodes)
        self._bridge_rows = round(max_gap_ms * bound.rate_hz / 1000)
        self._past = np.zeros((max(2, self._bridge_rows + 1), bound.channels))
        self._known = 0  # rows of the past that are real
        self._dead = list(dead)
        self._lost = 0  # said by chunks without samples
        self._due_ns = 0  # time of the next sample if nothing is lost

    @property
    def states(self) -> list[str]:
        """State of every channel as the armband numbers them: normal, nan, flat, clipped, noisy."""
        return list(self._monitor.states)

    def __call__(self, chunk: Chunk) -> tuple[Signal, list[QualityChange]]:
        """Condition one chunk; the changes of channel quality come beside it.

        Raises FormatError when the chunk has another number of channels than its stream promised.
        """
        raw = chunk.samples.astype(np.float64)
        if raw.ndim != 2 or raw.shape[1] != self._bound.channels:
            raise FormatError(
                f"a chunk of {chunk.modality} of shape {raw.shape}; wanted (time, {self._bound.channels}) as "
                "the stream promised: report this armband's decoder"
            )
        period = self._bound.period_ns
        finite = chunk.samples.dtype.kind in "iu"
        marks, changes = self._monitor.feed(raw, chunk.t_ns, period, finite)
        lost, reset = self._gap(chunk, len(raw))
        if not finite:
            raw = self._finite(raw)
        if lost:
            raw = np.concatenate([self._mirror(lost), raw])
            marks = np.concatenate([np.repeat(marks[:1], lost, axis=0), marks])
        self._remember(raw)
        signal = self._filter((raw if self._plain else raw[:, self._columns]) * self._scale)
        if not self._plain:
            marks = marks[:, self._columns]
        if self._dead:
            marks[:, self._dead] = True
        made = signal.astype(np.float32)
        t_ns = chunk.t_ns - lost * period
        return Signal(chunk.modality, made, marks, t_ns, chunk.arrival_ns, lost, reset), changes

    def _gap(self, chunk: Chunk, rows: int) -> tuple[int, bool]:
        """How many samples to bridge before this chunk, and whether it begins anew."""
        if not rows:  # whatever it says is lost comes before the next sample
            self._lost += chunk.lost
            return 0, False
        lost, self._lost = chunk.lost + self._lost, 0
        due_ns = self._due_ns + lost * self._bound.period_ns
        self._due_ns = chunk.t_ns + rows * self._bound.period_ns
        known = self._known > 0
        if known and lost <= self._bridge_rows and abs(chunk.t_ns - due_ns) < JUMP_NS:
            return lost, False
        self._filter.reset()
        self._known = 0
        return 0, True

    def _finite(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """A value that is no number is held at the last one, for the filter's sake; it is masked anyway."""
        if np.isfinite(raw).all():
            return raw
        last = self._past[-1].copy() if self._known else np.zeros(raw.shape[1])
        for row in raw:
            good = np.isfinite(row)
            row[~good] = last[~good]
            last = row
        return raw

    def _mirror(self, lost: int) -> NDArray[np.float64]:
        """The past played backwards: keeps amplitude and correlation; a held value would look like rest."""
        known = self._past[-min(self._known, len(self._past)) :]
        if len(known) == 1:
            return np.repeat(known, lost, axis=0)
        there_and_back = np.concatenate([known[-2::-1], known[1:]])
        return np.resize(there_and_back, (lost, known.shape[1]))

    def _remember(self, raw: NDArray[np.float64]) -> None:
        size = len(self._past)
        if not len(raw):
            return
        if len(raw) >= size:
            self._past[:] = raw[-size:]
        else:
            self._past[: -len(raw)] = self._past[len(raw) :]
            self._past[-len(raw) :] = raw
        self._known = min(size, self._known + len(raw))
