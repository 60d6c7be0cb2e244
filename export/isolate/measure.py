"""M1 and M2: what accuracy and margin lose by each cut, by person (how they are measured is our choice)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myoedge.export.isolate.cut import Cut, cuts_of, silenced
from myoedge.export.isolate.probe import Outcome, Probe, by_person, judge
from myoedge.export.models.transformer import Transformer

People = NDArray[np.float64]  # (person,)


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """What one cut costs; above zero: the silenced pathways helped."""

    cut: Cut
    entries: int  # silenced, over layers and heads
    accuracy: People  # M1: share of windows
    margin: People  # M2: of scores
    by_label: People  # (label,): M1 by true label over all people; NaN for one that is not there


def measure(
    model: Transformer, probe: Probe, cuts: Sequence[Cut], progress: Callable[[str], None] = lambda _: None
) -> tuple[Outcome, list[Loss]]:
    """The network as it is, and what every cut takes from it. A cut of nothing is not run."""
    whole = judge(model, probe)
    losses = []
    for number, cut in enumerate(cuts):
        by_layer = cuts_of(model, cut)
        outcome = whole
        if by_layer:
            with silenced(model, by_layer, cut.stage):
                outcome = judge(model, probe)
        losses.append(_loss(cut, sum(int(x.sum()) for x in by_layer.values()), probe, whole, outcome))
        if number % 10 == 9:
            progress(f"{number + 1} of {len(cuts)} cuts")
    return whole, losses


def _loss(cut: Cut, count: int, probe: Probe, whole: Outcome, left: Outcome) -> Loss:
    lost = whole.right.astype(np.float64) - left.right
    truth = probe.truth.cpu().numpy()
    by_label = [
        float(lost[truth == label].mean()) if (truth == label).any() else float("nan")
        for label in range(len(probe.labels))
    ]
    return Loss(
        cut,
        count,
        by_person(probe, lost),
        by_person(probe, whole.margin - left.margin),
        np.array(by_label),
    )
