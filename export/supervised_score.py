"""What a network gets right, by window and by gesture: from its scores to the lines of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.export.data.repetition import Repetition

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One repetition as the network saw it; a gesture is the largest mean probability over its windows."""

    repetition: Repetition
    truth: int
    decided: int
    windows: tuple[int, ...]  # how many of them were decided as each label


def outcomes(
    repetitions: Sequence[Repetition],
    lengths: Sequence[int],
    truth: Sequence[int],
    scores: NDArray[np.float32],
) -> list[Outcome]:
    """Scores (window, label), repetition after repetition, `lengths` windows each; empty ones left out."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    posterior = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    labels = scores.shape[1]
    found: list[Outcome] = []
    at = 0
    for repetition, length, true in zip(repetitions, lengths, truth, strict=True):
        own = posterior[at : at + length]
        at += length
        if length:
            votes = np.bincount(own.argmax(axis=1), minlength=labels)
            found.append(Outcome(repetition, true, int(own.mean(axis=0).argmax()), tuple(votes.tolist())))
    return found


def confusion(rows: Sequence[Outcome], labels: int) -> tuple[Counts, Counts]:
    """By window and by gesture, (true, decided)."""
    window, gesture = (np.zeros((labels, labels), np.int64) for _ in range(2))
    for row in rows:
        window[row.truth] += np.array(row.windows)
        gesture[row.truth, row.decided] += 1
    return window, gesture


def measures(rows: Sequence[Outcome], labels: int) -> dict[str, Any]:
    """Counts and shares 0..1; recalls and F1 are means over the labels that were tested."""
    window, gesture = confusion(rows, labels)
    there = window.sum(axis=1) > 0
    hit = np.diag(window)[there]
    recall = hit / window.sum(axis=1)[there]
    f1 = 2 * hit / (window.sum(axis=1) + window.sum(axis=0))[there]
    return {
        "windows": int(window.sum()),
        "gestures": int(gesture.sum()),
        "window_accuracy": float(np.trace(window) / window.sum()),
        "gesture_accuracy": float(np.trace(gesture) / gesture.sum()),
        "balanced_accuracy": float(recall.mean()),
        "macro_f1": float(f1.mean()),
    }


def result(rows: Sequence[Outcome], labels: Sequence[str]) -> dict[str, Any]:
    """`metrics`, `people`, `gestures`, `confusion` and `repetitions` of run.json."""
    by: dict[str, list[Outcome]] = {}
    for row in rows:
        by.setdefault(row.repetition.person, []).append(row)
    window, gesture = confusion(rows, len(labels))
    return {
        "metrics": measures(rows, len(labels)),
        "people": {person: measures(own, len(labels)) for person, own in by.items()},
        "gestures": {label: _recalls(window[i], gesture[i], i) for i, label in enumerate(labels)},
        "confusion": {"window": window.tolist(), "gesture": gesture.tolist()},
        "repetitions": [_line(row, labels) for row in rows],
    }


def _recalls(window: Counts, gesture: Counts, own: int) -> dict[str, Any]:
    """A label that was not tested has no recall: None."""
    return {
        name: (float(row[own] / row.sum()) if row.sum() else None)
        for name, row in (("window_recall", window), ("gesture_recall", gesture))
    }


def _line(row: Outcome, labels: Sequence[str]) -> Mapping[str, Any]:
    one = row.repetition
    return {
        "person": one.person,
        "session": one.session,
        "label": one.label,
        "number": one.number,
        "decided": labels[row.decided],
        "windows": sum(row.windows),
        "right": row.windows[row.truth],
    }
