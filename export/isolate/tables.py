"""The CSV files of an analysis: every figure, and what every person loses by every cut."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from myoedge.export.isolate.analysis import Analysis
from myoedge.export.isolate.figures import Figure

Lines = Iterable[Sequence[object]]


def write_tables(found: Analysis, rows: Sequence[Figure], folder: Path) -> list[str]:
    """shares.csv, pathways.csv, parts.csv, gestures.csv and sensors.csv; returns their names."""
    tables: dict[str, tuple[str, Lines]] = {
        "shares.csv": ("measure,stage,network,where,share_cross,low,high", _shares(rows)),
        "pathways.csv": (
            "scope,layer,head,group,stage,random_draw,entries,person,accuracy_lost,margin_lost",
            _pathways(found),
        ),
        "parts.csv": ("layer,group,person,weight,projection,norm", _parts(found)),
        "gestures.csv": ("gesture,silenced,stage,accuracy_lost", _gestures(found)),
        "sensors.csv": (
            "sensor,modality,person,masked_lost,refitted_lost,margin_lost,margin_lost_without_cross",
            _sensors(found),
        ),
    }
    for name, (head, lines) in tables.items():
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(head.split(","))
            writer.writerows([_written(value) for value in line] for line in lines)
    return list(tables)


def _shares(rows: Sequence[Figure]) -> Lines:
    for r in rows:
        yield r.measure, r.stage, r.network, r.where, r.share.value, r.share.low, r.share.high


def _pathways(found: Analysis) -> Lines:
    for x in found.losses:
        cut = x.cut
        for row in zip(found.people, x.accuracy, x.margin, strict=True):
            yield cut.scope, cut.layer, cut.head, cut.group, cut.stage, cut.draw, x.entries, *row


def _parts(found: Analysis) -> Lines:
    for x in found.parts:
        for row in zip(found.people, x.weight, x.projection, x.norm, strict=True):
            yield x.layer, x.group, *row


def _gestures(found: Analysis) -> Lines:
    for x in found.losses:
        if x.cut.scope == "all" and x.cut.draw is None:
            for label, lost in zip(found.labels, x.by_label, strict=True):
                yield label, x.cut.group, x.cut.stage, lost


def _sensors(found: Analysis) -> Lines:
    for x in found.worths:
        for row in zip(found.people, x.masked, x.refitted, x.margin, x.margin_alone, strict=True):
            yield x.sensor.name, x.sensor.modality, *row


def _written(value: object) -> object:
    """Nothing for None and NaN; six digits of a float."""
    if value is None or value != value:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else value
