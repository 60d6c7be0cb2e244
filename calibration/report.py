"""What a calibration came to: the figures of its report, and in words what to do over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from myoedge.calibration.hints import BETTER
from myoedge.calibration.session import Session
from myoedge.calibration.stretch import raw_of
from myoedge.calibration.verdict import REST, Verdict
from myoedge.edge.profile import Profile

TAKEN = 0.1  # share of a gesture's held-out windows taken for another that is worth a word (our choice)
APART = 2.0  # sensitivity index below which two gestures are close: one window in six goes wrong (our choice)
FAINT = 3.0  # times rest in its best channel, below which a gesture is faint (our choice)
GOOD, USABLE = 0.95, 0.85  # accuracy on held-out windows (our choice)

Matrix = tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the text and the page show."""

    wearer: str
    armband: str
    bundle: str
    created_utc: str
    labels: tuple[str, ...]
    accuracy: float | None  # share of the held-out windows that were right; None: nothing could be held out
    held_out_by: str  # "repetition" or "part of a repetition"
    confusion: Matrix  # (true, decided) share of the true label's held-out windows
    apart: Matrix  # sensitivity index of each pair; None on the diagonal
    signal: Mapping[
        str, tuple[float, ...]
    ]  # by label, rms of each channel in counts, by the armband's number
    dead: tuple[int, ...]  # channels without a signal, by the armband's number
    verdicts: tuple[Verdict, ...]
    advice: tuple[str, ...]  # what to do over, worst first; empty: nothing

    @property
    def grade(self) -> str:
        """In a word."""
        if self.accuracy is None:
            return "not tested"
        return "good" if self.accuracy >= GOOD else "usable" if self.accuracy >= USABLE else "poor"


def make_report(profile: Profile, session: Session) -> Report:
    """From a finished session and the profile that was fitted to it."""
    tested: Mapping[str, Any] = profile.facts.get("held_out") or {}
    counts = np.array(tested.get("confusion", []), float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1) if counts.size else counts
    labels = tuple(tested.get("labels", profile.head.labels))
    confusion = tuple(tuple(float(share) for share in row) for row in shares)
    apart = tuple(tuple(row) for row in tested.get("apart", []))
    signal = _signal(session)
    dead = tuple(profile.order[place] for place in profile.dead)
    verdicts = tuple(session.verdicts)
    advice = (
        *_pairs(labels, confusion, apart),
        *_kept(verdicts),
        *_faint(signal, dead),
        *([f"channel {_and(map(str, dead))} gives no signal: {BETTER['dead']}"] if dead else []),
    )
    accuracy = tested.get("accuracy")
    return Report(
        profile.wearer, profile.armband, profile.bundle_name, profile.created_utc, labels,
        None if accuracy is None else float(accuracy), str(tested.get("by", "")),
        confusion, apart, signal, dead, verdicts, advice,
    )  # fmt: skip


def _signal(session: Session) -> dict[str, tuple[float, ...]]:
    """Rms of every channel about its mean, the median over a gesture's repetitions."""
    found: dict[str, list[Any]] = {}
    stretch = session.stretch
    for span in stretch.spans:
        raw = raw_of(stretch, session.clock, span)
        if len(raw) > 1:
            finite = np.where(np.isfinite(raw), raw, 0.0)
            found.setdefault(span.label, []).append(finite.std(axis=0))
    order = [label for label in session.plan.labels if label in found]
    return {label: tuple(float(v) for v in np.median(found[label], axis=0)) for label in order}


def _pairs(labels: Sequence[str], confusion: Matrix, apart: Matrix) -> list[str]:
    """Gestures that are taken for one another, the worst pair first."""
    rows: list[tuple[float, str]] = []
    for a in range(len(confusion)):
        for b in range(a):
            there, back = confusion[a][b] or 0.0, confusion[b][a] or 0.0
            distance = apart[a][b]
            near = distance is not None and distance < APART
            if max(there, back) < TAKEN and not near:
                continue
            worse, other, share = (a, b, there) if there >= back else (b, a, back)
            rows.append((-share, _alike(labels[worse], labels[other], share)))
    return [text for _, text in sorted(rows)]


def _alike(label: str, other: str, share: float) -> str:
    taken = f"{100 * share:.0f} % of the held-out windows of {label} were taken for {other}"
    if REST in (label, other):
        gesture = other if label == REST else label
        cure = f"redo {gesture} more firmly, and let the arm lie at rest"
        return f"{gesture} and rest look alike ({taken}): {cure}"
    return (
        f"{label} and {other} look alike ({taken}): redo {label} as different from {other} as you can, "
        "each time in the same way, or leave one of the two out"
    )


def _kept(verdicts: Sequence[Verdict]) -> list[str]:
    """Repetitions that stayed bad."""
    rows = []
    for v in verdicts:
        if not v.good and not v.redo:
            cures = [BETTER[kind] for kind in v.kinds if kind in BETTER]
            rows.append(
                f"redo {v.label}, repetition {v.repetition + 1} was not good ({'; '.join(v.reasons)})"
            )
            rows[-1] += f": {'; '.join(cures)}" if cures else ""
    return rows


def _faint(signal: Mapping[str, tuple[float, ...]], dead: Sequence[int]) -> list[str]:
    rest = signal.get(REST)
    rows = []
    for label, strength in signal.items():
        if rest is None or label == REST:
            continue
        above = [
            s / max(r, 0.5) for c, (s, r) in enumerate(zip(strength, rest, strict=True)) if c not in dead
        ]
        if above and max(above) < FAINT:
            rows.append(
                f"{label} is faint, {max(above):.1f} times rest in its best channel: "
                f"redo {label} more firmly, or move the band to where the forearm is thickest"
            )
    return rows


def report_text(report: Report) -> str:
    """For a terminal, or a screen reader."""
    if report.accuracy is None:
        lines = ["nothing could be held out to test it on; more or longer repetitions would allow it"]
    else:
        by = f"each {report.held_out_by} held out in turn"
        lines = [f"{report.grade}: {100 * report.accuracy:.1f} % of the windows right, {by}"]
        if report.grade == "poor":
            lines.append("calibrate again; --restore brings the profile before this one back")
    for i, label in enumerate(report.labels if report.confusion else ()):
        shares = {other: report.confusion[i][j] or 0.0 for j, other in enumerate(report.labels)}
        right = shares.pop(label)
        most = max(shares, key=lambda other: shares[other])
        wrong = f", {100 * shares[most]:.0f} % taken for {most}" if shares[most] >= 0.005 else ""
        lines.append(f"  {label:<18} {100 * right:>5.1f} %{wrong}")
    lines += [f"to do: {text}" for text in report.advice]
    return "\n".join(lines)


def _and(words: Any) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else str(last)
