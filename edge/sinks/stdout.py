"""Events as JSON lines on standard output."""

import os

from myoedge.edge.event import Event
from myoedge.edge.sinks.queue import LineQueue


class StdoutSink:
    """Writes to file descriptor 1; a reader that stops reading only loses lines."""

    def __init__(self, _: str = "") -> None:
        self._queue = LineQueue(_write_all)

    @property
    def dropped(self) -> int:
        return self._queue.dropped

    def __call__(self, event: Event) -> None:
        self._queue.put(event.to_json().encode() + b"\n")

    def close(self) -> None:
        self._queue.close()


def _write_all(line: bytes) -> None:
    while line:
        line = line[os.write(1, line) :]
