"""The page of an analysis: pictures and tables in one HTML file that needs nothing else."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np

from myoedge.calibration.drawing import matrix, table
from myoedge.export.compare.report import STYLE
from myoedge.export.isolate.analysis import Analysis
from myoedge.export.isolate.figures import (
    EVERY,
    JOINT,
    TOGETHER,
    Figure,
    advice,
    cheapest,
    figure,
)
from myoedge.export.isolate.plot import beside, stacked
from myoedge.export.isolate.sensors import Worth
from myoedge.export.isolate.share import mean_of
from myoedge.export.models.pathway import ARROW, CROSS, WITHIN

PAGE = "report.html"
OWN_STYLE = """
svg rect{fill:var(--ink)}svg rect.own{stroke:var(--text)}
.said{font-size:1.1em;border-left:4px solid var(--ink);padding-left:1em}
"""


def write_page(found: Analysis, rows: Sequence[Figure], folder: Path) -> str:
    """report.html; returns its name."""
    parts = [
        "<h1>Pathways between modalities</h1>",
        f"<p>{len(found.runs)} run(s), {found.over}, {found.windows} test windows, "
        f"{escape(', '.join(found.modalities))}; accuracy {mean_of(found.accuracy).said}. "
        f"Intervals: 95 %, by drawing anew from {found.over}; one network of one person has none.</p>",
        f'<p class="said">{escape(advice(found.worths))}</p>',
        "<h2>Share of the decision by layer</h2>",
        *(_layers(found, rows, stage) for stage in ("after", "before")),
        _shares(rows),
        "<h2>Where attention goes</h2>",
        "<p>Length of what each modality's tokens (columns) give to each modality's (rows), as a share of "
        "its layer (M4).</p>",
        *(_blocks(found, layer) for layer in range(found.layers)),
        "<h2>Accuracy lost by gesture</h2>",
        _gestures(found),
        "<h2>Sensors</h2>",
        _sensors(found),
        f"<p>{_meaning()}</p>",
    ]
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Pathways between modalities</title><style>{STYLE}{OWN_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )
    (folder / PAGE).write_text(page, encoding="utf-8")
    return PAGE


def _layers(found: Analysis, rows: Sequence[Figure], stage: str) -> str:
    places = [*(f"layer {layer}" for layer in range(found.layers)), EVERY, TOGETHER]
    bars = []
    for where in places:
        share = figure(rows, "M2", where, stage).value
        bars.append((where, ((WITHIN, 1 - share), (CROSS, share))))
    return stacked(f"Margin lost by silencing, {stage} the softmax (M2)", bars) + (
        f"<p>M2: margin lost by silencing {stage} the softmax.</p>"
    )


def _shares(rows: Sequence[Figure]) -> str:
    places = [
        where for where in dict.fromkeys(row.where for row in rows) if where in (EVERY, JOINT, TOGETHER)
    ]
    kinds = dict.fromkeys((row.measure, row.stage, row.network) for row in rows)
    lines = [
        [
            f"{measure}, {network}" + (f", {stage} the softmax" if stage else ""),
            *(
                figure([r for r in rows if r.stage == stage], measure, where, stage, network).said
                for where in places
            ),
        ]
        for measure, stage, network in kinds
    ]
    return table(["share across", *places], lines)


def _blocks(found: Analysis, layer: int) -> str:
    norm = {part.group: float(part.norm.mean()) for part in found.parts if part.layer == layer}
    grid = [
        [norm.get(ARROW.join((read, reader)), 0.0) for read in found.modalities]
        for reader in found.modalities
    ]
    total = sum(map(sum, grid)) or 1.0
    shares = [[value / total for value in line] for line in grid]
    return f"<h3>Layer {layer}</h3>" + matrix(
        f"layer {layer}", found.modalities, shares, lambda x: x, lambda x: f"{100 * x:.0f} %"
    )


def _gestures(found: Analysis) -> str:
    groups = [CROSS, *(ARROW.join((name, name)) for name in found.modalities)]
    lost = {
        x.cut.group: x.by_label
        for x in found.losses
        if x.cut.scope == "all" and x.cut.draw is None and x.cut.stage == "after"
    }
    rows = [
        (label, [(group, 100 * float(lost[group][number])) for group in groups])
        for number, label in enumerate(found.labels)
        if not np.isnan(lost[CROSS][number])
    ]
    return beside("Points of windows lost by silencing in all layers", rows, "points") + (
        "<p>Points of windows lost by silencing pathways in all layers, after the softmax.</p>"
    )


def _sensors(found: Analysis) -> str:
    rows = [row for row in found.worths if row.sensor.whole] + cheapest(found.worths)
    bars = [
        (
            row.sensor.name,
            [
                ("head fitted anew", 100 * float(row.refitted.mean())),
                ("as it is", 100 * float(row.masked.mean())),
            ],
        )
        for row in rows
    ]
    lines = [_sensor_line(row) for row in rows]
    head = ["sensor", "points lost, head anew", "as it is", "margin lost", "of it by fusion"]
    drawn = beside("Points of windows lost without a sensor", bars, "points") + table(head, lines)
    worth = [
        (
            row.sensor.name,
            [("with pathways across", float(row.margin.mean())), ("without", float(row.margin_alone.mean()))],
        )
        for row in found.worths
        if not row.sensor.whole
    ]
    return f"{drawn}<h3>What fusion makes of each sensor</h3>" + beside(
        "Margin that a sensor is worth", worth, "of score"
    )


def _sensor_line(row: Worth) -> list[str]:
    by_fusion = float((row.margin - row.margin_alone).mean())
    return [
        row.sensor.name,
        mean_of(row.refitted).said.replace(" %", ""),
        mean_of(row.masked).said.replace(" %", ""),
        f"{float(row.margin.mean()):.2f}",
        f"{by_fusion:+.2f}",
    ]


def _meaning() -> str:
    return (
        "A share across is what the decision loses without the pathways between modalities, as a share of "
        "that and of what it loses without those within. M1 counts windows, M2 the margin of the true "
        "label's score, M3 projects what pathways carry on the true score's gradient, M4 takes its length. "
        "<i>Random entries</i> silences as many entries drawn at random; <i>untrained</i> is the same "
        "network with random weights. A sensor that is left out is held at its mean; <i>head fitted "
        "anew</i> is a linear discriminant on the embedding without it, against one with it; <i>of it by "
        "fusion</i>: how much more margin the sensor is worth with the pathways between modalities than "
        "without them. The idea of silencing pathways is IsoNet's (arXiv 2506.16744), which finds about 30 % "
        "across over its layers; how they are silenced and measured is our choice."
    )
