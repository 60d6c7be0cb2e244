"""Packets to traces: the smallest and largest sample of every hundredth of a second, by channel."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.recording import Arrival, Header
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.armbands.recording import codec

COLUMNS_HZ = 100  # no screen shows more of five seconds
RMS_S = 0.25  # how far back the strength of a channel is taken
LOSS_S = 10.0  # how far back the share of lost samples is


@dataclass(frozen=True, slots=True)
class Traces:
    """What came since the last one; NaN where samples were lost."""

    first: int  # number of the first column
    low: NDArray[np.float32]  # (column, channel)
    high: NDArray[np.float32]


class Scope:
    """Feed packets of one armband; `traces` takes what has come since the last call."""

    def __init__(self, armband: str, streams: Mapping[str, StreamSpec], clock: str = "emg") -> None:
        self._codec = codec(Header(armband, "", streams))
        self.spec = streams[clock]
        self._clock = clock
        self._rows_per_column = max(1, round(self.spec.rate_hz / COLUMNS_HZ))
        self.columns_hz = self.spec.rate_hz / self._rows_per_column
        self._rest = np.zeros((0, self.spec.channels), np.float32)  # rows of a column not yet whole
        self._columns: list[NDArray[np.float32]] = []  # (column, channel, low and high)
        self._number = 0
        self._recent = np.zeros((max(2, round(RMS_S * self.spec.rate_hz)), self.spec.channels), np.float32)
        self._known = 0
        self._tally: deque[tuple[int, int]] = deque([(0, 0)])  # samples and lost ones, by second
        self.newest_ns = 0  # time of the newest sample

    def feed(self, packets: Sequence[Sequence[object]]) -> None:
        """Take in (time, source, hex) rows; garbage is nothing."""
        for t_ns, source, data in packets:
            arrival = Arrival(int(str(t_ns)), str(source), bytes.fromhex(str(data)))
            for chunk in self._codec.feed(arrival):
                if chunk.modality == self._clock:
                    rows = chunk.samples.astype(np.float32)
                    self._count(len(rows), chunk.lost)
                    self._draw(rows, chunk.lost)
                    self._remember(rows)
                    self.newest_ns = chunk.t_ns + round((len(rows) - 1) * 1e9 / self.spec.rate_hz)

    def traces(self) -> Traces:
        """The columns that became whole since the last call."""
        parts = self._columns or [np.zeros((0, self.spec.channels, 2), np.float32)]
        columns = np.concatenate(parts)
        self._columns = []
        first, self._number = self._number, self._number + len(columns)
        return Traces(first, columns[:, :, 0], columns[:, :, 1])

    def rms(self) -> NDArray[np.float32]:
        """Strength of each channel just now, (channel,), in the armband's own unit."""
        recent = self._recent[len(self._recent) - max(1, self._known) :]
        return np.asarray(np.nan_to_num(recent).std(axis=0), np.float32)

    @property
    def lost(self) -> float:
        """Share of the samples of the last seconds that never came."""
        came, lost = (sum(one) for one in zip(*self._tally, strict=True))
        return lost / (came + lost) if came + lost else 0.0

    def _count(self, came: int, lost: int) -> None:
        have, missing = self._tally[-1]
        if have + missing >= self.spec.rate_hz:
            self._tally.append((came, lost))
            while len(self._tally) > LOSS_S:
                self._tally.popleft()
        else:
            self._tally[-1] = have + came, missing + lost

    def _draw(self, rows: NDArray[np.float32], lost: int) -> None:
        most = round(LOSS_S * self.spec.rate_hz)
        gap = np.full((min(lost, most), self.spec.channels), np.nan, np.float32)
        rows = np.concatenate([self._rest, gap, rows])
        whole = len(rows) // self._rows_per_column * self._rows_per_column
        self._rest = rows[whole:]
        if whole:
            blocks = rows[:whole].reshape(-1, self._rows_per_column, self.spec.channels)
            self._columns.append(np.stack([blocks.min(axis=1), blocks.max(axis=1)], axis=2))

    def _remember(self, rows: NDArray[np.float32]) -> None:
        rows = rows[-len(self._recent) :]
        self._recent = np.concatenate([self._recent[len(rows) :], rows])
        self._known = min(len(self._recent), self._known + len(rows))
