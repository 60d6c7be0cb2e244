"""A recording as a link: the same arrivals again, as fast as they are taken or at the pace they came."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from myoedge.edge.errors import UsageError
from myoedge.edge.recording import Arrival, RecordingReader

PACES = ("fast", "live")
_BREATH = 256  # arrivals after which other tasks get a turn


class RecordingLink:
    """Replays `path`. At pace "fast" times are the recording's own; at "live" they are moved to now.

    Raises NotThereError or FormatError (from RecordingReader) when there is no such recording.
    """

    def __init__(self, path: Path, pace: str = "fast") -> None:
        if pace not in PACES:
            raise UsageError(f"pace {pace!r}; wanted {' or '.join(PACES)}")
        self.reader = RecordingReader(path)
        self.address = self.reader.header.address
        self._live = pace == "live"
        self._arrivals: Iterator[Arrival] = iter(())
        self._read = 0
        self._shift_ns: int | None = None

    async def open(self) -> None:
        self._arrivals = (item for item in self.reader if isinstance(item, Arrival))

    async def read(self) -> Arrival | None:
        arrival = next(self._arrivals, None)
        if arrival is None:
            return None
        self._read += 1
        if self._live:
            return await self._paced(arrival)
        if self._read % _BREATH == 0:
            await asyncio.sleep(0)
        return arrival

    async def ask(self, point: str, data: bytes | None = None) -> bytes:
        """A recording has no answers and feels no vibration."""
        return b""

    async def close(self) -> None:
        self._arrivals = iter(())

    async def _paced(self, arrival: Arrival) -> Arrival:
        now_ns = time.monotonic_ns()
        if self._shift_ns is None:
            self._shift_ns = now_ns - arrival.t_ns
        t_ns = arrival.t_ns + self._shift_ns
        await asyncio.sleep(max(0.0, (t_ns - now_ns) / 1e9))
        return Arrival(t_ns, arrival.source, arrival.data)
