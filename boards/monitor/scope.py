"""Packets to what is drawn and measured of them: traces, strength, lost samples, movement."""

from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from myoedge.boards.monitor.motion import IMU, axes_of
from myoedge.boards.monitor.strip import Samples, Strip
from myoedge.edge.chunk import Chunk
from myoedge.edge.recording import Arrival, Header
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.armbands.recording import codec

RMS_S = 0.25  # how far back the strength of a channel is taken
LOSS_S = 10.0  # how far back the share of lost samples is
STILL_NS = 500_000_000  # an IMU that gave nothing for so long gives nothing now


class Scope:
    """Feed packets of one armband; `traces` and `motion` take what has come since the last call."""

    def __init__(self, armband: str, streams: Mapping[str, StreamSpec], clock: str = "emg") -> None:
        self._codec = codec(Header(armband, "", streams))
        self.spec = streams[clock]
        self._clock = clock
        self.traces = Strip(self.spec.rate_hz, self.spec.channels)
        self.columns_hz = self.traces.columns_hz
        self._recent = np.zeros((max(2, round(RMS_S * self.spec.rate_hz)), self.spec.channels), np.float32)
        self._known = 0
        self._tally: deque[tuple[int, int]] = deque([(0, 0)])  # samples and lost ones, by second
        self.newest_ns = 0  # time of the newest sample
        self.axes = axes_of(armband, streams)
        self.motion = Strip(streams[IMU].rate_hz if self.axes else 1.0, len(self.axes))
        self._places = [axis.column for axis in self.axes]
        self._counts = np.array([axis.counts for axis in self.axes], np.float32)
        self._moved: Samples = np.zeros(0, np.float32)  # the IMU's newest sample, in its units
        self.moved_ns = 0  # when it was taken

    def feed(self, packets: Sequence[Sequence[object]]) -> None:
        """Take in (time, source, hex) rows; garbage is nothing."""
        for t_ns, source, data in packets:
            arrival = Arrival(int(str(t_ns)), str(source), bytes.fromhex(str(data)))
            for chunk in self._codec.feed(arrival):
                if chunk.modality == self._clock:
                    self._signal(chunk)
                elif chunk.modality == IMU and self.axes and len(chunk.samples):
                    self._movement(chunk)

    def rms(self) -> NDArray[np.float32]:
        """Strength of each channel just now, (channel,), in the armband's own unit."""
        recent = self._recent[len(self._recent) - max(1, self._known) :]
        return np.asarray(np.nan_to_num(recent).std(axis=0), np.float32)

    @property
    def moved(self) -> Samples:
        """The IMU's newest sample, (axis,), in the axes' units; empty while it gives none."""
        return self._moved if self.newest_ns - self.moved_ns < STILL_NS else np.zeros(0, np.float32)

    @property
    def lost(self) -> float:
        """Share of the samples of the last seconds that never came."""
        came, lost = (sum(one) for one in zip(*self._tally, strict=True))
        return lost / (came + lost) if came + lost else 0.0

    def _signal(self, chunk: Chunk) -> None:
        rows = chunk.samples.astype(np.float32)
        self._count(len(rows), chunk.lost)
        self.traces.feed(rows, chunk.lost)
        self._remember(rows)
        self.newest_ns = chunk.t_ns + round((len(rows) - 1) * 1e9 / self.spec.rate_hz)

    def _movement(self, chunk: Chunk) -> None:
        rows = chunk.samples[:, self._places].astype(np.float32) / self._counts
        self.motion.feed(rows, chunk.lost)
        self._moved, self.moved_ns = rows[-1], chunk.t_ns

    def _count(self, came: int, lost: int) -> None:
        have, missing = self._tally[-1]
        if have + missing >= self.spec.rate_hz:
            self._tally.append((came, lost))
            while len(self._tally) > LOSS_S:
                self._tally.popleft()
        else:
            self._tally[-1] = have + came, missing + lost

    def _remember(self, rows: NDArray[np.float32]) -> None:
        rows = rows[-len(self._recent) :]
        self._recent = np.concatenate([self._recent[len(rows) :], rows])
        self._known = min(len(self._recent), self._known + len(rows))
