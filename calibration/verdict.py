"""Whether one repetition is fit to learn from, and if not, why; and which part of it was truly held."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.edges import Held, find_held
from myoedge.calibration.likeness import Likeness
from myoedge.edge.modality import NS
from myoedge.edge.quality import NOISY, QualityMonitor

REST = "rest"
LEAD_S = 1.0  # before the prompt: where a contraction that came too early is looked for
RISE_S = 0.25  # from the found beginning to a steady contraction (docs/calibration.md)
FALL_S = 0.1  # before the found end, in which the release had begun already
FEWEST = 0.8  # share of the samples that must have come (our choice)
LACKING, LACKING_S = 0.4, 0.5  # of the wanted time, that may be lacking at both ends (our choice)
LATE_S, EARLY_S = 0.8, 0.3  # after and before the prompt: said (a reaction is found after 0.2 to 0.6 s)
CONTRACTED, WEAK = 1.5, 1.2  # times the level of rest that counts as a contraction; of a missing hand
# Over 455 rests of five sets 2 % moved so much within themselves, and 2 % of later ones were so much louder.
RESTLESS = 2.5  # times the quietest rest's level that is no rest any more
STIRRED = 2.2  # times its median that a quarter of a second of rest may reach
STIR_S = 0.25
CLIPPED = 0.25  # share of samples at full scale
DEAD_CHANNELS = 0.5  # share of channels that may be dead

UNFIT = frozenset(("lost", "dead", "quiet"))
KINDS = ("lost", "dead", "clipped", "quiet", "moved", "early", "late", "alike")
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one repetition."""

    label: str
    repetition: int
    good: bool
    reasons: tuple[str, ...]  # also of a good one: what is worth knowing
    level: float  # rms of the sample-to-sample change, counts
    lost: float  # share of the samples
    redo: bool = False  # it is asked for again (while `ask`: unless the wearer wishes to keep it)
    kinds: tuple[str, ...] = ()  # one of KINDS for each reason, for signs and sounds
    ask: bool = False  # a wish is waited for, however long: "redo" or "keep"
    like: str = ""  # the other gesture, where it looks too like one
    unfit: bool = False  # it shows nothing of the gesture: learning from it could only harm
    left_out: bool = False  # nothing is learned from it


@dataclass(frozen=True, slots=True)
class Take:
    """What came while one repetition was asked for."""

    label: str
    repetition: int
    samples: NDArray[Any]  # (time, channel) raw counts: up to LEAD_S before the prompt, then the hold
    cue: int  # row of the prompt
    margin: int  # rows after it that a reaction takes
    wanted: int  # rows that there should be from there to the end


@dataclass(slots=True)
class _Findings:
    """What speaks against a repetition, and what is only worth knowing."""

    against: list[tuple[str, str]] = field(default_factory=list)  # (kind, reason)
    notes: list[tuple[str, str]] = field(default_factory=list)

    def verdict(self, take: Take, level: float, lost: float, like: str) -> Verdict:
        both = (*self.against, *self.notes)
        kinds, reasons = tuple(kind for kind, _ in both), tuple(reason for _, reason in both)
        unfit = any(kind in UNFIT for kind, _ in self.against)
        return Verdict(
            take.label, take.repetition, not self.against, reasons, level, lost,
            kinds=kinds, like=like, unfit=unfit,
        )  # fmt: skip


class Judge:
    """Remembers rest, against which contractions are judged, and what every gesture looked like."""

    def __init__(self, limit: float | None, rate_hz: float, weak: bool = False) -> None:
        """`limit` is full scale in counts; `weak`: muscles without a hand, of which less is wanted."""
        self._limit, self._rate_hz = limit, rate_hz
        self._contracted = WEAK if weak else CONTRACTED
        self._rest: float | None = None  # rms of the change in the quietest rest
        self._still = 0.0  # its mean absolute change
        self._likeness = Likeness(rate_hz)

    def __call__(self, take: Take) -> tuple[Verdict, slice]:
        """The verdict, and the rows of the take in which the gesture was held."""
        part = slice(take.cue + take.margin, len(take.samples))
        lost = min(1.0, max(0.0, 1 - (part.stop - part.start) / max(take.wanted, 1)))
        if part.stop - part.start < 2:
            verdict = Verdict(
                take.label, take.repetition, False, ("no sample came",), 0.0, 1.0, kinds=("lost",), unfit=True
            )
            return verdict, part
        x = take.samples.astype(np.float64)
        found = _Findings()
        if lost > 1 - FEWEST:
            found.against.append(("lost", f"{100 * lost:.0f} % of the samples were lost"))
        alive = self._channels(x, part, found)
        if not len(alive):
            return found.verdict(take, 0.0, lost, ""), part
        if take.label == REST:
            level, like = self._judge_rest(x[part][:, alive], found), ""
        else:
            part = self._part(take, x[:, alive], part, found)
            level = _level(x[part][:, alive])
            self._judge_strength(level, found)
            like = ""
        if not found.against:
            like = self._judge_likeness(take, x[part], alive, found)
        return found.verdict(take, level, lost, like), part

    def _channels(self, whole: Array, part: slice, found: _Findings) -> NDArray[np.intp]:
        """Those that give a signal."""
        x = whole[part]
        dead = np.flatnonzero(~np.isfinite(x).all(axis=0) | (np.ptp(x, axis=0) == 0))
        humming = np.setdiff1d(self._humming(whole), dead)
        bad = np.concatenate([dead, humming])
        many = len(bad) > DEAD_CHANNELS * x.shape[1]
        for what, channels in (("no signal", dead), ("mains hum", humming)):
            if len(channels):
                off = ": is the band off the skin?" if many else ""
                row = ("dead", f"{what} on channel {_listed(channels)}{off}")
                (found.against if many else found.notes).append(row)
        if self._limit is not None:
            full = (np.abs(x) >= self._limit - 1).mean(axis=0) > CLIPPED
            if full.any():
                found.against.append(("clipped", f"channel {_listed(np.flatnonzero(full))} at its limit"))
        return np.setdiff1d(np.arange(x.shape[1]), bad)

    def _humming(self, x: Array) -> NDArray[np.intp]:
        """Channels of whose last second most is mains hum, by what masks them in use."""
        monitor = QualityMonitor(self._rate_hz, x.shape[1], self._limit)
        monitor.feed(x, 0, round(NS / self._rate_hz))
        return np.flatnonzero(np.array(monitor.states) == NOISY)

    def _judge_rest(self, x: Array, found: _Findings) -> float:
        level = _level(x)
        rows = max(2, round(STIR_S * self._rate_hz))
        change = np.abs(np.diff(x, axis=0)).mean(axis=1)
        blocks = [float(change[at : at + rows].mean()) for at in range(0, len(change) - rows + 1, rows)]
        if self._rest is not None and level > RESTLESS * max(self._rest, 0.5):
            found.against.append(("moved", "the arm was not at rest"))
        elif len(blocks) > 2 and max(blocks) > STIRRED * max(float(np.median(blocks)), 0.3):
            found.against.append(("moved", "the arm moved during rest"))
        elif self._rest is None or level < self._rest:
            self._rest, self._still = level, float(change.mean())
        return level

    def _part(self, take: Take, x: Array, part: slice, found: _Findings) -> slice:
        """The rows in which the gesture was held: from the reaction, or the contraction's own beginning."""
        if self._rest is None:
            return part
        held = find_held(x, self._rate_hz, take.cue, self._still)
        if held is None:
            return part
        start = max(part.start, held.begun + round(RISE_S * self._rate_hz) if held.begun else 0)
        stop = part.stop if held.ended == len(x) else held.ended - round(FALL_S * self._rate_hz)
        begun_s = (held.begun - take.cue) / self._rate_hz
        lacking = take.wanted - (stop - start)
        short = lacking > max(LACKING * take.wanted, LACKING_S * self._rate_hz)
        if short and _level(x[part]) >= self._contracted * self._rest:
            found.against.append(_too_short(held, begun_s, (stop - take.cue) / self._rate_hz, len(x)))
        elif begun_s < -EARLY_S:
            found.notes.append(("early", f"it began {-begun_s:.1f} s before the prompt"))
        elif begun_s > LATE_S:
            found.notes.append(("late", f"it began {begun_s:.1f} s after the prompt"))
        return slice(start, stop) if stop - start >= round(STIR_S * self._rate_hz) else part

    def _judge_strength(self, level: float, found: _Findings) -> None:
        if self._rest is not None and level < self._contracted * self._rest:
            found.against.append(("quiet", "no contraction: as quiet as rest"))
            found.notes = [note for note in found.notes if note[0] not in ("early", "late")]

    def _judge_likeness(self, take: Take, x: Array, alive: NDArray[np.intp], found: _Findings) -> str:
        dead = frozenset(range(x.shape[1])) - frozenset(alive.tolist())
        like = self._likeness(take.label, take.repetition, x, dead)
        if like:
            found.against.append(("alike", f"too like {like}"))
        return like or ""


def _too_short(held: Held, begun_s: float, ended_s: float, rows: int) -> tuple[str, str]:
    if begun_s > LATE_S and held.ended == rows:
        return "late", f"too late: it began {begun_s:.1f} s after the prompt"
    if begun_s < -EARLY_S:
        return "early", f"too early: it began {-begun_s:.1f} s before the prompt and was over too soon"
    return "early", f"let go too early: {max(0.0, ended_s):.1f} s after the prompt"


def _level(x: Array) -> float:
    return float(np.sqrt((np.diff(x, axis=0) ** 2).mean())) if len(x) > 1 else 0.0


def _listed(channels: Sequence[int] | NDArray[np.intp]) -> str:
    return ", ".join(map(str, channels))
