"""Joins chunks until a window is due: conditioning ten samples costs a small computer hardly more than two.

Filters and windows give the same bits however samples are cut, so nothing changes but the cost. Only the live
loop gathers; a replay feeds every chunk as it was recorded.
"""

from collections.abc import Callable, Mapping

import numpy as np

from myoedge.edge.chunk import Chunk

SLACK_NS = 20_000_000  # a chunk that begins further from the end of the last one is another stretch of time
SIDE = 2  # chunks of another modality: they are conditioned while the clock modality still waits


class Gatherer:
    """Feed chunks; they come back joined, the clock modality's last, when its next window is due.

    `rows_due` tells how many more samples of the clock modality the next window needs, `periods_ns` the time
    between two samples of each modality.
    """

    def __init__(self, clock: str, rows_due: Callable[[], int], periods_ns: Mapping[str, int]) -> None:
        self._clock, self._rows_due, self._periods_ns = clock, rows_due, periods_ns
        self._held: dict[str, list[Chunk]] = {}
        self._rows = 0  # of the clock modality, lost ones included

    def feed(self, chunk: Chunk) -> list[Chunk]:
        """What is to be conditioned now, in order."""
        held = self._held.setdefault(chunk.modality, [])
        ready = self.flush() if held and not self._follows(held[-1], chunk) else []
        held = self._held.setdefault(chunk.modality, [])
        held.append(chunk)
        if chunk.modality != self._clock:
            return [*ready, _joined(self._held.pop(chunk.modality))] if len(held) >= SIDE else ready
        self._rows += chunk.lost + len(chunk.samples)
        if ready or self._rows >= self._rows_due():
            ready += self.flush()
        return ready

    def flush(self) -> list[Chunk]:
        """All that is held, joined."""
        names = sorted(filter(self._held.get, self._held), key=lambda name: name == self._clock)
        ready = [_joined(self._held[name]) for name in names]
        self._held.clear()
        self._rows = 0
        return ready

    def _follows(self, last: Chunk, chunk: Chunk) -> bool:
        end_ns = last.t_ns + len(last.samples) * self._periods_ns[chunk.modality]
        return not chunk.lost and abs(chunk.t_ns - end_ns) <= SLACK_NS


def _joined(chunks: list[Chunk]) -> Chunk:
    first, last = chunks[0], chunks[-1]
    if first is last:
        return first
    samples = np.concatenate([chunk.samples for chunk in chunks])
    return Chunk(first.modality, samples, first.t_ns, last.arrival_ns, first.lost)
