"""Cuts a continuous recording with a label column into repetitions and the rest about them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REST = 0
SLIP = -1  # rows of a run too short to be a movement
SHORTEST_S = 0.2  # our choice: a shorter run is a slip of the label column
REACH_S = 5.0  # our choice: rest farther than this from a movement is left out


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one repetition of one movement, or of the rest that belongs to it."""

    label: int  # REST: no movement
    number: int  # repetition, from 0; of rest that of the movement it is nearest to
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Cut:
    """All blocks in time order, and what was odd about the columns."""

    blocks: tuple[Block, ...]
    slips: int  # runs left out
    unnumbered: int  # movements whose repetition column holds 0 throughout; counted in order instead


def cut(labels: NDArray[np.int64], repetitions: NDArray[np.int64], rate_hz: float, every: int = 1) -> Cut:
    """Runs of one movement and repetition; edges at multiples of `every` rows, so that slower streams fit.

    `labels`, `repetitions` (time,), 0 where nothing is shown. The repetition column may lag behind or have
    gaps: inside a run of one label the last number counts on. Rest is shared between the movements before and
    after it at its middle (NinaPro's usual relabelling), so that it goes wherever its repetition goes; what
    is too short to share goes to the later one.
    """
    labels = labels.copy()
    shortest = round(SHORTEST_S * rate_hz)
    slips = 0
    found: list[Block] = []
    for start, stop in _runs(labels):
        if labels[start] == REST:
            continue
        for left, right, number in _numbered(repetitions[start:stop], start):
            if right - left < shortest:
                labels[left:right] = SLIP
                slips += 1
            else:
                found.append(Block(int(labels[left]), number, left, right))
    found, unnumbered = _counted(found)
    rest = _rest(labels, found, round(REACH_S * rate_hz), shortest)
    aligned = (_aligned(block, every) for block in sorted(found + rest, key=lambda block: block.start))
    return Cut(tuple(block for block in aligned if block.stop > block.start), slips, unnumbered)


def _runs(values: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Start and stop of every run of equal values."""
    if not len(values):
        return []
    edges = np.flatnonzero(np.diff(values)) + 1
    return list(zip([0, *edges.tolist()], [*edges.tolist(), len(values)], strict=True))


def _numbered(repetitions: NDArray[np.int64], first: int) -> list[tuple[int, int, int]]:
    """A run of one label as (start, stop, repetition from 0), split where that changes; -1: no number."""
    known = np.flatnonzero(repetitions > 0)
    if not len(known):
        return [(first, first + len(repetitions), -1)]
    last = np.maximum.accumulate(np.where(repetitions > 0, np.arange(len(repetitions)), known[0]))
    filled = repetitions[last]
    return [(first + left, first + right, int(filled[left]) - 1) for left, right in _runs(filled)]


def _counted(found: list[Block]) -> tuple[list[Block], int]:
    """Numbers for blocks that have none: after the last of their label."""
    last: dict[int, int] = {}
    numbered, unnumbered = [], 0
    for block in found:
        if block.number < 0:
            block = Block(block.label, last.get(block.label, -1) + 1, block.start, block.stop)
            unnumbered += 1
        last[block.label] = max(last.get(block.label, -1), block.number)
        numbered.append(block)
    return numbered, unnumbered


def _rest(labels: NDArray[np.int64], found: list[Block], reach: int, shortest: int) -> list[Block]:
    """Half of every run of rest to the movement before it, half to the one after, `reach` rows at most."""
    starts = [block.start for block in found]
    rest: list[Block] = []
    for start, stop in _runs(labels):
        if labels[start] != REST or not found:
            continue
        after = int(np.searchsorted(starts, start))
        middle = stop if after == len(found) else start if after == 0 else (start + stop) // 2
        if middle - start < shortest:
            middle = start  # too short to share: all of it to the movement that it precedes
        halves = [(found[after - 1].number, start, min(middle, start + reach))] if after else []
        if after < len(found):
            halves.append((found[after].number, max(middle, stop - reach), stop))
        rest += [Block(REST, n, a, b) for n, a, b in halves if b - a >= shortest]
    return rest


def _aligned(block: Block, every: int) -> Block:
    return Block(block.label, block.number, -(-block.start // every) * every, block.stop // every * every)
