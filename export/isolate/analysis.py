"""The whole analysis of some runs of one architecture: every measure, by person, put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import MismatchError
from myoedge.export.isolate.attribution import Part, attribute
from myoedge.export.isolate.cut import planned
from myoedge.export.isolate.measure import Loss, measure
from myoedge.export.isolate.probe import by_person
from myoedge.export.isolate.sensors import Worth, sensors_of, worths
from myoedge.export.isolate.source import Subject
from myoedge.export.models.pathway import CROSS, WITHIN
from myoedge.export.models.silence import STAGES

DRAWS = 3  # of every random control

Say = Callable[[str], None]
Row = TypeVar("Row", Loss, Part, Worth)


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Arrays by person hold the people of all runs, run after run."""

    runs: tuple[str, ...]
    modalities: tuple[str, ...]
    joint: tuple[int, ...]  # layers that have pathways across
    layers: int
    people: tuple[str, ...]
    labels: tuple[str, ...]
    windows: int
    accuracy: NDArray[np.float64]  # (person,)
    losses: tuple[Loss, ...]
    parts: tuple[Part, ...]
    random_losses: tuple[Loss, ...]  # of untrained networks
    random_parts: tuple[Part, ...]
    worths: tuple[Worth, ...]

    @property
    def over(self) -> str:
        """What intervals are taken over; one person's networks say nothing of other people."""
        count, runs = len(set(self.people)), len(self.people)
        if count == runs:
            return "one person" if count == 1 else f"{count} people"
        return f"{runs} networks of " + ("one person" if count == 1 else f"{count} people")


def analyse(subjects: Sequence[Subject], heads: bool = False, say: Say = lambda _: None) -> Analysis:
    """Runs of one architecture and inputs, whose people may lack a label; raises MismatchError for others."""
    one = subjects[0]
    for other in subjects[1:]:
        if _shape(other) != _shape(one):
            raise MismatchError(
                f"{other.name} is another network than {one.name}: {_shape(other)}, wanted {_shape(one)}; "
                "analyse runs of one architecture and inputs together"
            )
    labels = tuple(sorted({label for subject in subjects for label in subject.test.labels}))
    found = [_analysed(subject, heads, say, labels) for subject in subjects]
    return Analysis(
        tuple(subject.name for subject in subjects),
        one.model.modalities,
        tuple(range(len(one.model.apart), len(one.model.depths()))),
        len(one.model.depths()),
        tuple(person for single in found for person in single.people),
        labels,
        sum(single.windows for single in found),
        np.concatenate([single.accuracy for single in found]),
        _together([single.losses for single in found]),
        _together([single.parts for single in found]),
        _together([single.random_losses for single in found]),
        _together([single.random_parts for single in found]),
        _together([single.worths for single in found]),
    )


def _shape(subject: Subject) -> tuple[object, ...]:
    depths = [[one.heads for one in depth] for depth in subject.model.depths()]
    return subject.model.owners, depths


def _analysed(subject: Subject, heads: bool, say: Say, labels: Sequence[str]) -> Analysis:
    model, test = subject.model, subject.test
    say(f"{subject.name}: {len(test)} windows of {len(test.people)} people")
    cuts = [cut for stage in STAGES for cut in planned(model, stage, heads, DRAWS)]
    whole, losses = measure(model, test, cuts, lambda text: say(f"{subject.name}: {text}"))
    control = [
        cut
        for cut in planned(subject.untrained, "after", heads=False, draws=0)
        if cut.scope in ("layer", "all") and cut.group in (WITHIN, CROSS)
    ]
    _, random_losses = measure(subject.untrained, test, control)
    inputs = model.tokeniser.inputs
    sensors = sensors_of(model, inputs, subject.axes, subject.columns)
    say(f"{subject.name}: {len(sensors)} sensors left out in turn")
    return Analysis(
        (subject.name,),
        model.modalities,
        (),
        len(model.depths()),
        test.people,
        test.labels,
        len(test),
        by_person(test, whole.right),
        tuple(_among(loss, test.labels, labels) for loss in losses),
        tuple(attribute(model, test)),
        tuple(_among(loss, test.labels, labels) for loss in random_losses),
        tuple(attribute(subject.untrained, test)),
        tuple(worths(model, test, subject.train, inputs, sensors)),
    )


def _among(loss: Loss, own: Sequence[str], labels: Sequence[str]) -> Loss:
    """The same loss by all runs' labels, NaN for those this one has not."""
    at = [own.index(label) if label in own else -1 for label in labels]
    return replace(loss, by_label=np.append(loss.by_label, np.nan)[at])


def _together(runs: Sequence[tuple[Row, ...]]) -> tuple[Row, ...]:
    """The same rows of several runs."""
    return tuple(_joined(rows) for rows in zip(*runs, strict=True))


def _joined(rows: Sequence[Row]) -> Row:
    """People side by side, by label the mean of the runs that have it; all else as in the first."""
    values: dict[str, Any] = {}
    for one in fields(rows[0]):
        column = [getattr(row, one.name) for row in rows]
        if one.name == "by_label":
            there = ~np.isnan(column)
            total = np.where(there, column, 0.0).sum(axis=0)
            values[one.name] = np.where(there.any(axis=0), total / np.maximum(there.sum(axis=0), 1), np.nan)
        elif isinstance(column[0], np.ndarray):
            values[one.name] = np.concatenate(column)
    return replace(rows[0], **values)
