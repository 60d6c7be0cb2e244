"""The figures of an analysis: shares by layer and over layers, by every measure, beside their controls."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.export.isolate.analysis import Analysis
from myoedge.export.isolate.attribution import Part
from myoedge.export.isolate.measure import Loss
from myoedge.export.isolate.sensors import Worth
from myoedge.export.isolate.share import Share, mean_of, mean_share, share_of
from myoedge.export.models.pathway import CROSS, WITHIN

EVERY, JOINT, TOGETHER = "mean of layers", "mean of layers across", "all layers at once"

Table = NDArray[np.float64]  # (person, layer)


@dataclass(frozen=True, slots=True)
class Figure:
    """The share across by one measure in one place."""

    measure: str  # M1, M2, M3, M4
    stage: str  # before or after the softmax; empty: nothing is silenced
    network: str  # trained, untrained, or random entries
    where: str  # "layer 0", ..., or one of the above
    share: Share


def figures(found: Analysis) -> list[Figure]:
    """Every share across."""
    rows: list[Figure] = []
    for stage in ("before", "after"):
        for measure, value in (("M1", "accuracy"), ("M2", "margin")):
            for network, random in (("trained", False), ("random entries", True)):
                chosen = [
                    x for x in found.losses if x.cut.stage == stage and (x.cut.draw is not None) == random
                ]
                rows += _by_silence(found, chosen, measure, stage, network, value)
    rows += _by_silence(found, found.random_losses, "M2", "after", "untrained", "margin")
    for network, parts in (("trained", found.parts), ("untrained", found.random_parts)):
        for measure, value in (("M3", "projection"), ("M4", "norm")):
            cross, within = (_of_parts(found, parts, group, value) for group in (CROSS, WITHIN))
            rows += _places(found, cross, within, measure, "", network)
    return rows


def figure(
    rows: Iterable[Figure], measure: str, where: str, stage: str = "after", network: str = "trained"
) -> Share:
    """One of them; NaN where it was not measured."""
    for row in rows:
        if (row.measure, row.where, row.network) == (measure, where, network) and row.stage in ("", stage):
            return row.share
    return Share(float("nan"), float("nan"), float("nan"))


def _by_silence(
    found: Analysis, losses: Sequence[Loss], measure: str, stage: str, network: str, value: str
) -> list[Figure]:
    cross, within = (_of_losses(found, losses, group, value) for group in (CROSS, WITHIN))
    rows = _places(found, cross, within, measure, stage, network)
    whole = [
        np.mean([getattr(x, value) for x in losses if x.cut.scope == "all" and x.cut.group == group], axis=0)
        for group in (CROSS, WITHIN)
    ]
    return [*rows, Figure(measure, stage, network, TOGETHER, share_of(whole[0], whole[1]))]


def _places(
    found: Analysis, cross: Table, within: Table, measure: str, stage: str, network: str
) -> list[Figure]:
    rows = [
        Figure(measure, stage, network, f"layer {layer}", share_of(cross[:, layer], within[:, layer]))
        for layer in range(found.layers)
    ]
    rows.append(Figure(measure, stage, network, EVERY, mean_share(cross, within)))
    if found.joint:
        at = list(found.joint)
        rows.append(Figure(measure, stage, network, JOINT, mean_share(cross[:, at], within[:, at])))
    return rows


def _of_losses(found: Analysis, losses: Sequence[Loss], group: str, value: str) -> Table:
    """By layer, over the draws of a random control."""
    columns = []
    for layer in range(found.layers):
        own = [
            getattr(x, value)
            for x in losses
            if x.cut.scope == "layer" and x.cut.layer == layer and x.cut.group == group
        ]
        columns.append(np.mean(own, axis=0))
    return np.stack(columns, 1)


def _of_parts(found: Analysis, parts: Sequence[Part], group: str, value: str) -> Table:
    by_layer = {part.layer: getattr(part, value) for part in parts if part.group == group}
    nothing = np.zeros(len(found.people))
    return np.stack([by_layer.get(layer, nothing) for layer in range(found.layers)], 1)


def cheapest(rows: Sequence[Worth]) -> list[Worth]:
    """Single sensors, the one that is missed least first: by the head fitted anew, then masked."""
    single = [row for row in rows if not row.sensor.whole]
    return sorted(single, key=lambda row: (round(row.refitted.mean(), 4), row.masked.mean()))


def advice(rows: Sequence[Worth]) -> str:
    """A sentence or two for who chooses sensors."""
    order = cheapest(rows)
    if not order:
        return "No sensor could be left out."
    first, last = order[0], order[-1]
    said = [
        f"Drop {first.sensor.name} first: {_cost(first)}.",
        f"Keep {last.sensor.name} longest: {_cost(last)}.",
    ]
    for row in sorted((row for row in rows if row.sensor.whole), key=lambda row: row.refitted.mean()):
        said.append(f"Without {row.sensor.name}: {_cost(row)}.")
    return " ".join(said)


def _cost(row: Worth) -> str:
    refitted, masked = mean_of(row.refitted), mean_of(row.masked)
    bounds = "" if np.isnan(refitted.low) else f" [{_points(refitted.high)}, {_points(refitted.low)}]"
    return (
        f"{_points(refitted.value)} points{bounds} of windows with the head fitted anew, "
        f"{_points(masked.value)} with the network as it is"
    )


def _points(lost: float) -> str:
    """What is gained, with its sign; nothing has none."""
    gained = round(-100 * lost, 1) + 0.0
    return f"{gained:+.1f}" if gained else "0.0"


def summary(found: Analysis, rows: Sequence[Figure]) -> dict[str, Any]:
    """The result as JSON: shares across of trained networks, and what sensors cost."""
    places = [EVERY, *([JOINT] if found.joint else []), TOGETHER]
    shares = {
        measure: {where: _row(figure(rows, measure, where)) for where in places}
        for measure in ("M1", "M2", "M3", "M4")
    }
    return {
        "runs": list(found.runs),
        "people": list(found.people),
        "over": found.over,
        "modalities": list(found.modalities),
        "layers": found.layers,
        "windows": found.windows,
        "accuracy": _row(mean_of(found.accuracy)),
        "share_cross": shares,
        "sensors": {
            row.sensor.name: {
                "masked": _row(mean_of(row.masked)),
                "refitted": _row(mean_of(row.refitted)),
                "margin": float(row.margin.mean()),
                "margin_without_cross": float(row.margin_alone.mean()),
            }
            for row in found.worths
        },
        "advice": advice(found.worths),
    }


def _row(share: Share) -> dict[str, float | None]:
    """JSON knows no NaN: None."""
    values = (("value", share.value), ("low", share.low), ("high", share.high))
    return {name: None if np.isnan(value) else round(value, 5) for name, value in values}
