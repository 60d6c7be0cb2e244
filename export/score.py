"""Counts what was right: windows, classes and whole repetitions."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAMES = ("accuracy", "macro_f1", "gesture_accuracy")


class Score:
    """One person's tally over all tested repetitions."""

    def __init__(self) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()  # (true, decided) -> windows
        self._repetitions = self._right = 0
        self._accepted: Counter[tuple[bool, bool]] = Counter()  # (right, accepted) -> windows
        self._movements: Counter[bool] = Counter()  # right -> repetitions judged as a whole movement

    def add(
        self,
        label: str,
        labels: Sequence[str],
        posterior: NDArray[np.float64],
        accepted: NDArray[np.bool_] | None = None,
    ) -> None:
        """One repetition: (window, label) posteriors, and which windows the thresholds let through."""
        if not len(posterior):
            return
        decided = posterior.argmax(axis=1)
        self._pairs.update((label, labels[i]) for i in decided)
        self._repetitions += 1
        self._right += labels[int(posterior.mean(axis=0).argmax())] == label
        if accepted is not None:
            right = np.array([labels[i] == label for i in decided])
            self._accepted.update(zip(right.tolist(), accepted.tolist(), strict=True))

    def add_movements(self, right: int, tested: int) -> None:
        """Repetitions judged as one movement each: then `gesture_accuracy` is theirs, not the windows'."""
        self._movements.update({True: right, False: tested - right})

    @property
    def windows(self) -> int:
        return self._pairs.total()

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels that were tested, sorted."""
        return tuple(sorted({true for true, _ in self._pairs}))

    def accepted(self, right: bool) -> tuple[int, int]:
        """Windows decided right (or wrong): accepted, and all."""
        yes, no = self._accepted[right, True], self._accepted[right, False]
        return yes, yes + no

    def to_json(self) -> dict[str, float | int]:
        """The person's line of the result."""
        by_window = self._right / self._repetitions
        tested = self._movements.total()
        row: dict[str, float | int] = {
            "windows": self.windows,
            "accuracy": round(sum(n for (t, d), n in self._pairs.items() if t == d) / self.windows, 4),
            "macro_f1": round(float(np.mean([self._f1(label) for label in self.labels])), 4),
            "gesture_accuracy": round(self._movements[True] / tested if tested else by_window, 4),
            "labels": len(self.labels),
        }
        if tested:
            row["gesture_accuracy_by_window"] = round(by_window, 4)
        return row

    def _f1(self, label: str) -> float:
        hit = self._pairs[label, label]
        said = sum(n for (_, decided), n in self._pairs.items() if decided == label)
        true = sum(n for (true, _), n in self._pairs.items() if true == label)
        return 2 * hit / (said + true)


def mean_of(rows: Iterable[Mapping[str, Any]], names: Iterable[str] = NAMES) -> dict[str, float | None]:
    """Mean of some figures over people or folds, each counting once; None where nobody has one."""
    rows = list(rows)
    found: dict[str, float | None] = {}
    for name in names:
        values = [value for row in rows if (value := row[name]) is not None]
        found[name] = round(float(np.mean(values)), 4) if values else None
    return found


def rejection_of(scores: Iterable[Score]) -> dict[str, float | None]:
    """Share of right and of wrong decisions that the profile's thresholds let through, over all windows."""
    found: dict[str, float | None] = {}
    rows = list(scores)
    for name, right in (("right_accepted", True), ("wrong_accepted", False)):
        yes, every = (sum(counts) for counts in zip(*(s.accepted(right) for s in rows), strict=True))
        found[name] = round(yes / every, 4) if every else None
    return found
