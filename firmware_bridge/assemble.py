"""From packets to chunks (stop 4): numbers samples, finds out how many were lost, gives them their time."""

from collections import Counter

from myoedge.edge.chunk import Chunk
from myoedge.firmware_bridge.clock import ClockRecovery
from myoedge.firmware_bridge.packet import Packet

_SILENCE_NS = 1_000_000_000  # after this long only time can say how much was lost
_BLOCK_NS = 50_000_000  # two such blocks, each of at least so many packets, tell a loss from a stall
_BLOCK_PACKETS = 6
_SURE = 0.6  # share of a step by which a packet must be off before time is believed against the numbers
_FEW = 16  # up to so many numbers an old packet cannot be told from a loss
_FRESH_NS = 15_000_000  # so long ago a companion's packet still tells how the link is
_STALE_RUN = 8  # so many packets with old numbers: the armband began anew


class Assembler:
    """One modality's packets to chunks; `counters` gains lost_, samples_<modality> and more.

    Packets are numbered modulo `numbers` (1: not at all). What the numbers leave open, time decides: a packet
    late by a whole round of numbers means loss if it stays late, a radio stall if the next ones catch up.
    That takes 0.2 s to tell, so such a loss is reported with a later chunk. An unnumbered modality may name
    the `companion` that shares its link: late while the companion is on time is loss at once.
    """

    def __init__(
        self,
        modality: str,
        rate_hz: float,
        numbers: int,
        counters: Counter[str],
        companion: "Assembler | None" = None,
    ) -> None:
        self._modality, self._numbers, self._counters = modality, numbers, counters
        self._companion = companion
        self._clock = ClockRecovery(rate_hz)
        self._lost_key, self._samples_key = f"lost_{modality}", f"samples_{modality}"
        counters[self._lost_key] = counters[self._samples_key] = 0
        self._index = -1  # of the last sample
        self._last: Packet | None = None
        self._last_ns = 0  # arrival of the last packet
        self._by_time = False  # numbers mean nothing until the next packet: the armband was away
        self._owed = 0  # samples found lost after the fact, to be told with the next chunk
        self._guessed = 0  # samples counted as lost on the word of time alone
        self._stale = 0
        self._lateness = _Lateness()

    @property
    def delay_ns(self) -> float:
        """The latest a packet came lately: how much delay the link shows now."""
        return self._lateness.worst_ns

    @property
    def heard_ns(self) -> int:
        """When the last packet arrived."""
        return self._last_ns

    def relink(self) -> None:
        """The link was gone: count what is missing from time, whatever the next number is."""
        self._by_time = True

    def __call__(self, packet: Packet, arrival_ns: int) -> Chunk | None:
        """The packet's samples as a Chunk, or None for a duplicate. Arrivals must not go back in time."""
        rows = len(packet.samples)
        lost = self._count_lost(packet, rows, arrival_ns)
        if lost is None:
            self._counters["duplicates"] += 1
            return None
        lost += self._owed
        self._owed = 0
        self._index += lost + rows
        t_ns = self._clock.feed(self._index, arrival_ns)
        self._last, self._last_ns = packet, arrival_ns
        self._judge(rows, arrival_ns)
        self._counters[self._samples_key] += rows
        if lost:
            self._counters[self._lost_key] += lost
        first_ns = t_ns - round((rows - 1) * self._clock.period_ns)
        return Chunk(self._modality, packet.samples, first_ns, arrival_ns, lost)

    def _count_lost(self, packet: Packet, rows: int, arrival_ns: int) -> int | None:
        """Samples missing before this packet; None: it came before."""
        last = self._last
        if last is None:
            self._by_time = False
            return 0
        if self._by_time:
            return self._restart(rows, arrival_ns)
        step = (packet.number - last.number - 1) % self._numbers
        if arrival_ns - self._last_ns > _SILENCE_NS and self._numbers <= _FEW:
            return self._nearest(step, rows, arrival_ns)
        if self._numbers == 1:
            return self._count_unnumbered(packet, last, rows, arrival_ns)
        if step == 0:
            self._stale = 0
            return 0
        if self._numbers <= _FEW:
            repeated = step == self._numbers - 1 and packet.samples.tobytes() == last.samples.tobytes()
            return None if repeated else step * rows
        return self._count_numbered(step, rows, arrival_ns)

    def _count_numbered(self, step: int, rows: int, arrival_ns: int) -> int | None:
        """A wide number jumped: forward is loss if there was time for it, backward is a duplicate."""
        if step >= self._numbers // 2:
            self._stale += 1
            return None if self._stale < _STALE_RUN else self._restart(rows, arrival_ns)
        late_ns = self._clock.lateness_ns(self._index + rows * (step + 1), arrival_ns)
        if late_ns < -_SILENCE_NS:  # the packet would come long before its time
            return self._restart(rows, arrival_ns)
        self._stale = 0
        return step * rows

    def _count_unnumbered(self, packet: Packet, last: Packet, rows: int, arrival_ns: int) -> int | None:
        late_ns = self._clock.lateness_ns(self._index + rows, arrival_ns)
        step_ns = rows * self._clock.period_ns
        if late_ns < -_SURE * step_ns and packet.samples.tobytes() == last.samples.tobytes():
            return None
        companion = self._companion
        if companion is None or arrival_ns - companion.heard_ns > _FRESH_NS:
            return 0  # nobody to compare with: the link itself may have stood still
        if late_ns < companion.delay_ns + _SURE * step_ns:
            return 0
        lost = round(late_ns / step_ns) * rows
        self._guessed += lost
        return lost

    def _nearest(self, step: int, rows: int, arrival_ns: int) -> int:
        """After a silence: the loss that fits the numbers and is nearest to the time that passed."""
        packets = self._late_samples(rows, arrival_ns) / rows
        rounds = max(0, round((packets - step) / self._numbers))
        return (rounds * self._numbers + step) * rows

    def _restart(self, rows: int, arrival_ns: int) -> int:
        self._counters["restarts"] += 1
        self._by_time, self._stale, self._guessed = False, 0, 0
        lost = max(0, round(self._late_samples(rows, arrival_ns)))
        self._clock.restart()
        self._lateness.reset()
        return lost

    def _late_samples(self, rows: int, arrival_ns: int) -> float:
        return self._clock.lateness_ns(self._index + rows, arrival_ns) / self._clock.period_ns

    def _judge(self, rows: int, arrival_ns: int) -> None:
        """Whole rounds of numbers that went missing, or were wrongly thought missing, by the clock alone."""
        round_ns = self._numbers * rows * self._clock.period_ns
        late_ns = self._clock.late_ns
        if self._guessed and late_ns < -_SURE * round_ns:
            back = min(self._guessed, round(-late_ns / round_ns) * self._numbers * rows)
            self._guessed -= back
            self._index -= back
            self._counters["taken_back"] += back
            return
        steady_ns = self._lateness.feed(late_ns, arrival_ns, round_ns / 4)
        if steady_ns > _SURE * round_ns:
            self._owed = round(steady_ns / round_ns) * self._numbers * rows
            self._guessed += self._owed
            self._lateness.reset()


class _Lateness:
    """Lateness of the last packets in two blocks: the least and the most of each."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._packets, self._since_ns = 0, 0
        self._least = self._most = 0.0
        self._old_least = self._old_most = 0.0

    @property
    def worst_ns(self) -> float:
        return max(self._most, self._old_most)

    def feed(self, late_ns: float, arrival_ns: int, slack_ns: float) -> float:
        """What all packets of two blocks are late by, unless they catch up by the slack; else 0."""
        if not self._packets:
            self._since_ns, self._least, self._most = arrival_ns, late_ns, late_ns
        self._packets += 1
        self._least = min(self._least, late_ns)
        self._most = max(self._most, late_ns)
        if self._packets < _BLOCK_PACKETS or arrival_ns - self._since_ns < _BLOCK_NS:
            return 0.0
        least, old_least = self._least, self._old_least
        self._old_least, self._old_most, self._packets = least, self._most, 0
        return min(least, old_least) if least > old_least - slack_ns else 0.0
