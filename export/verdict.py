"""What int8 costs: an engine's answers against the float network's, and the limits a bundle is held to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from myoedge.edge.errors import ParityError
from myoedge.export.exam import Answers, Texts

MAX_LOSS = 0.5  # points of macro-F1, mean over people
MAX_CLASS_LOSS = 2.0  # points of one class's recall, over all people
# Windows of one repetition fall together: with fewer of a class two points are a repetition's whim (ours).
FEWEST_WINDOWS = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """One way of deciding; losses in points, above zero where int8 is worse."""

    macro_f1: float  # share
    loss: float
    agreement: float  # share of windows decided as the float network does
    class_loss: Mapping[str, float]  # of recall, classes of FEWEST_WINDOWS or more
    class_agreement: Mapping[str, float]  # every class

    @property
    def worst_class(self) -> tuple[str, float]:
        """The class that loses most, and by how much."""
        if not self.class_loss:
            return "none", 0.0
        return max(self.class_loss.items(), key=lambda pair: pair[1])

    def to_json(self) -> dict[str, Any]:
        """As the report keeps it."""
        name, points = self.worst_class
        return {
            "macro_f1": round(self.macro_f1, 4),
            "loss_points": round(self.loss, 3),
            "agreement": round(self.agreement, 4),
            "worst_class": {"label": name, "recall_points": round(points, 2)},
            "agreement_by_class": {key: round(value, 4) for key, value in self.class_agreement.items()},
        }


def verdicts(exact: Mapping[str, Answers], small: Mapping[str, Answers]) -> dict[str, Verdict]:
    """By way of deciding; both networks answered the same windows."""
    return {way: _verdict(exact[way], small[way]) for way in exact}


def fault(found: Mapping[str, Verdict], max_loss: float) -> str | None:
    """None when an int8 network may ship, else the limit it breaks."""
    for way, one in found.items():
        name, points = one.worst_class
        if points > MAX_CLASS_LOSS:
            return f"{name} loses {points:.1f} points of recall ({way}), allowed {MAX_CLASS_LOSS:g}"
        if one.loss > max_loss:
            return f"macro-F1 falls by {one.loss:.2f} points ({way}), allowed {max_loss:g}"
    return None


def refuse(engine: str, found: Mapping[str, Verdict], max_loss: float) -> None:
    """Raises ParityError for an int8 network that breaks a limit."""
    if said := fault(found, max_loss):
        raise ParityError(
            f"int8 for {engine} costs too much against the float network: {said}; choose another method "
            "(`myoedge quantize` compares them), or say what may be lost with --max-loss"
        )


def _verdict(exact: Answers, small: Answers) -> Verdict:
    losses: dict[str, float] = {}
    agreement: dict[str, float] = {}
    same = exact.decided == small.decided
    for label in np.unique(exact.truth).tolist():
        mine = exact.truth == label
        agreement[label] = float(same[mine].mean())
        if int(mine.sum()) >= FEWEST_WINDOWS:
            right = [float((one.decided[mine] == label).mean()) for one in (exact, small)]
            losses[label] = 100 * (right[0] - right[1])
    before, after = macro_f1(exact), macro_f1(small)
    return Verdict(after, 100 * (before - after), float(same.mean()), losses, agreement)


def macro_f1(answers: Answers) -> float:
    """Mean over people of the mean over the labels they were tested on."""
    return float(
        np.mean(
            [
                _f1(answers.truth[mine], answers.decided[mine])
                for mine in (answers.person == name for name in np.unique(answers.person))
            ]
        )
    )


def _f1(truth: Texts, decided: Texts) -> float:
    found = []
    for label in np.unique(truth):
        hit = int(((truth == label) & (decided == label)).sum())
        found.append(2 * hit / int((truth == label).sum() + (decided == label).sum()))
    return float(np.mean(found))
