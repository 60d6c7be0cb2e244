"""Samples of one stream to traces: the smallest and largest of every hundredth of a second, by channel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COLUMNS_HZ = 100  # no screen shows more of five seconds
GAP_S = 10.0  # of lost samples that are drawn at most

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Traces:
    """What came since the last one; NaN where samples were lost."""

    first: int  # number of the first column
    low: Samples  # (column, channel)
    high: Samples


class Strip:
    """Feed samples; called, it gives the columns that became whole since the last call."""

    def __init__(self, rate_hz: float, channels: int) -> None:
        self._rows_per_column = max(1, round(rate_hz / COLUMNS_HZ))
        self.columns_hz = rate_hz / self._rows_per_column
        self._longest_gap = round(GAP_S * rate_hz)
        self._channels = channels
        self._rest = np.zeros((0, channels), np.float32)  # rows of a column not yet whole
        self._columns: list[Samples] = []  # (column, channel, low and high)
        self._number = 0

    def feed(self, rows: Samples, lost: int) -> None:
        """Take in samples, (time, channel), before which `lost` ones did not come."""
        gap = np.full((min(lost, self._longest_gap), self._channels), np.nan, np.float32)
        rows = np.concatenate([self._rest, gap, rows])
        whole = len(rows) // self._rows_per_column * self._rows_per_column
        self._rest = rows[whole:]
        if whole:
            blocks = rows[:whole].reshape(-1, self._rows_per_column, self._channels)
            self._columns.append(np.stack([blocks.min(axis=1), blocks.max(axis=1)], axis=2))

    def __call__(self) -> Traces:
        columns = np.concatenate(self._columns or [np.zeros((0, self._channels, 2), np.float32)])
        self._columns = []
        first, self._number = self._number, self._number + len(columns)
        return Traces(first, columns[:, :, 0], columns[:, :, 1])
