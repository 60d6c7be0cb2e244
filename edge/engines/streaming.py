"""An engine that keeps what it made of a window's segments: a hop later it runs the newest of them only.

Whether a window goes on where the last one ended is told by its samples, not by a clock: all but the newest
segment must be there already, number by number. After a gap, another mask or another hop they are not, and
the window is run from its first segment. So the result is always that of the window itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from myoedge.edge.engines import Engine

Floats = NDArray[np.float32]
STATE = "state"  # the network's input of kept tokens, behind all others


@dataclass(frozen=True, slots=True)
class StreamingSpec:
    """How a network streams: `streaming` of bundle.json."""

    segments: int  # of a window, each a hop long
    rows: Mapping[str, int]  # samples of one segment, by stream
    token: int  # numbers kept of one segment

    def __post_init__(self) -> None:
        if not 1 <= self.segments <= 64 or not 1 <= self.token <= 4096 or not self.rows:
            raise ValueError(f"streaming of {self.segments} segments, {self.token} numbers of each kept")
        if any(rows < 1 for rows in self.rows.values()):
            raise ValueError(f"streaming by {dict(self.rows)} samples")


def streaming_from_json(row: Mapping[str, Any]) -> StreamingSpec:
    """Read `streaming` of bundle.json; raises KeyError, TypeError or ValueError."""
    rows = {str(name): int(count) for name, count in row["rows"].items()}
    return StreamingSpec(int(row["segments"]), rows, int(row["token"]))


class StreamingEngine:
    """Runs an engine whose network takes one segment of every stream, the features, and the kept tokens of
    the segments before (1, segment - 1, token); its embedding ends in the new segment's token."""

    def __init__(self, engine: "Engine", spec: StreamingSpec) -> None:
        self.name = engine.name
        self.steps = 0  # segments run so far: what streaming spares is seen here
        self._engine, self._spec = engine, spec
        self._kept = np.zeros((1, max(spec.segments - 1, 0), spec.token), np.float32)
        self._last: dict[str, Floats] | None = None

    def reset(self) -> None:
        """Forget all that is kept."""
        self._last = None

    def __call__(self, inputs: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        """Whole windows (1, ...) by name to scores (label,) and embedding (feature,)."""
        streams = {name: inputs[name] for name in self._spec.rows}
        first = self._spec.segments - 1 if self._goes_on(streams) else 0
        self._last = None  # an engine that fails leaves nothing half done behind
        for at in range(first, self._spec.segments):
            scores, long = self._step(inputs, at)
        self._last = {name: x.copy() for name, x in streams.items()}
        return scores, long[: -self._spec.token]

    def _step(self, inputs: Mapping[str, Floats], at: int) -> tuple[Floats, Floats]:
        newest = dict(inputs)
        for name, rows in self._spec.rows.items():
            start = inputs[name].shape[1] - (self._spec.segments - at) * rows
            newest[name] = np.ascontiguousarray(inputs[name][:, start : start + rows])
        scores, long = self._engine({**newest, STATE: self._kept})
        self.steps += 1
        self._kept[:, :-1] = self._kept[:, 1:].copy()
        self._kept[:, -1:] = long[-self._spec.token :]
        return scores, long

    def _goes_on(self, streams: Mapping[str, Floats]) -> bool:
        """Whether these windows are the last ones, one segment later."""
        last, rows = self._last, self._spec.rows
        return last is not None and all(
            np.array_equal(last[name][:, rows[name] :], x[:, : -rows[name]]) for name, x in streams.items()
        )
