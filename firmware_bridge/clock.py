"""Recovers the armband's clock from arrival times: a second-order loop that hardly heeds late packets."""

import math

_BANDWIDTH_HZ = 0.05  # of the loop once settled: slower than stalls, faster than a crystal's warming up
_FIRST_BANDWIDTH_HZ = 0.5  # of the loop at the start; falls as 1/age
_LATE_NS, _EARLY_NS = 4e6, -16e6  # gate: a radio makes packets late, seldom early
_PULL = 3e-4  # largest deviation of a crystal, as a share
_CAPTURE_S = 0.5  # at first every early packet moves the clock wholly: the first of all may have been late


class ClockRecovery:
    """Maps sample numbers to host time: `feed(index, arrival_ns)` gives the time of that sample.

    Error after settling: 1 ms rms at connection events of 7.5 ms, 2.5 ms at 30 ms, beside a constant delay
    (half an event and the host's stack) that cannot be seen from here. Strictly monotone, O(1). The loop is
    Gardner, Phaselock Techniques, ch. 2 (damping 0.7); the gate is ours.
    """

    def __init__(self, rate_hz: float, gap_s: float = 1.0) -> None:
        self._rate_hz = rate_hz
        self._nominal_ns = 1e9 / rate_hz
        self._gap_ns = gap_s * 1e9
        self.period_ns = self._nominal_ns
        self.late_ns = 0.0  # how late the last packet was against the prediction
        self.resyncs = 0
        self._base_ns: int | None = None
        self._index, self._t_ns, self._age_s = 0, 0.0, 0.0
        self._given_ns = 0

    def lateness_ns(self, index: int, arrival_ns: int) -> float:
        """How late sample `index` would be if it arrived now; 0 before the first feed."""
        if self._base_ns is None:
            return 0.0
        return arrival_ns - self._base_ns - self._t_ns - (index - self._index) * self.period_ns

    def restart(self) -> None:
        """Take the next arrival as it is (the armband was away); the rate learned is kept."""
        self._base_ns = None

    def feed(self, index: int, arrival_ns: int) -> int:
        """Time (ns) of sample `index`, the last one of a packet that arrived at `arrival_ns`."""
        base_ns = self._base_ns
        if base_ns is None:
            return self._anchor(index, arrival_ns)
        steps = index - self._index
        predicted = self._t_ns + steps * self.period_ns
        error = arrival_ns - base_ns - predicted
        self.late_ns = error
        if error > self._gap_ns or error < -self._gap_ns:
            self.resyncs += 1
            return self._anchor(index, arrival_ns)
        self._index = index
        self._age_s += steps / self._rate_hz
        self._t_ns = predicted + self._correct(error, max(steps, 1))
        return self._monotone(base_ns + round(self._t_ns))

    def _correct(self, error: float, steps: int) -> float:
        """The share of the error (ns) to take now; turns the rate too."""
        if error < 0 and self._age_s < _CAPTURE_S:
            return error
        error = _LATE_NS if error > _LATE_NS else _EARLY_NS if error < _EARLY_NS else error
        bandwidth_hz = max(_BANDWIDTH_HZ, _FIRST_BANDWIDTH_HZ / (1.0 + self._age_s))
        turn = 2 * math.pi * bandwidth_hz * steps / self._rate_hz
        period_ns = self.period_ns + turn * turn * error / steps
        self.period_ns = min(max(period_ns, self._nominal_ns * (1 - _PULL)), self._nominal_ns * (1 + _PULL))
        return min(1.0, 1.414 * turn) * error

    def _anchor(self, index: int, arrival_ns: int) -> int:
        self._base_ns, self._index, self._t_ns, self._age_s = arrival_ns, index, 0.0, 0.0
        self.late_ns = 0.0
        return self._monotone(arrival_ns)

    def _monotone(self, t_ns: int) -> int:
        self._given_ns = max(t_ns, self._given_ns + 1)
        return self._given_ns
