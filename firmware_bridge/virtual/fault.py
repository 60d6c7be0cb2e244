"""Faults of electrodes, laid over whatever a virtual armband measures (a wearer, a clip, a pattern)."""

import numpy as np

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.virtual.source import Counts
from myoedge.firmware_bridge.wearer.fault import Faults

FAULTS_LIMIT = 128.0  # full scale of the counts that the faults are written in


class Electrodes:
    """One electrode a channel; `set` breaks or mends (`ok`) one or, without a channel, all."""

    def __init__(self, channels: int, rate_hz: float, limit: int, seed: int) -> None:
        self._channels, self._limit = channels, limit
        self._faults = Faults(channels, rate_hz, np.random.default_rng((seed, 6)))
        self._broken: set[int] = set()
        self._at = 0

    def set(self, kind: str, channel: int | None = None) -> None:
        """Raises UsageError for an unknown fault, and for one that integers cannot have."""
        if kind == "nan":
            raise UsageError(
                "fault nan: this armband sends integers and has no NaN; wanted flat, clip, hum or liftoff"
            )
        for one in range(self._channels) if channel is None else (channel,):
            self._faults.set(kind, one)
            self._broken = self._broken - {one} if kind == "ok" else self._broken | {one}

    def __call__(self, rows: Counts) -> Counts:
        """`rows` (time, channel) as these electrodes give them."""
        start, self._at = self._at, self._at + len(rows)
        if not self._broken:
            return rows
        scale = (self._limit + 1) / FAULTS_LIMIT
        samples = rows / scale
        self._faults(samples, start)
        return np.clip(np.rint(samples * scale), -self._limit - 1, self._limit).astype(np.int16)
