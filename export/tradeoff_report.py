"""A trade-off on disk: tradeoff.json, and one HTML page that needs nothing else."""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

from myoedge.edge.places import write_together
from myoedge.export.compare.report import STYLE
from myoedge.export.tradeoff import REFERENCE, TIE, Line, Tradeoff
from myoedge.export.tradeoff_plot import plot
from myoedge.export.verdict import FEWEST_WINDOWS, MAX_CLASS_LOSS

PAGE, TABLE = "report.html", "tradeoff.json"


def write_report(found: Tradeoff, folder: Path) -> list[str]:
    """Both files, or, where the disk is full, neither; returns their names. Raises StorageError."""
    table = json.dumps(found.to_json(), indent=1) + "\n"
    write_together(folder, {TABLE: table.encode(), PAGE: page(found).encode()})
    return [TABLE, PAGE]


def page(found: Tradeoff) -> str:
    """The whole page."""
    row = found.network.row
    title = escape(f"Int8 of {found.network.name}: what each quantiser costs")
    people = escape(", ".join(one.name for one in found.exam.people))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style><h1>{title}</h1>'
        f"<p>{row['parameters']:,} parameters, {row['macs']:,} multiply-adds a window; judged on "
        f"{found.exam.windows:,} windows of people never trained on ({people}).</p>"
        f"{_chosen(found)}"
        f'<h2>Loss against time</h2><div class="wide">{plot("Points of macro-F1 lost", _points(found))}</div>'
        f"<h2>Every file</h2>{_lines(found)}{_failed(found)}"
        f"<h2>Agreement with float, by class</h2>{_agreement(found)}"
        f'<p class="soft">{_meaning(found)}</p></html>\n'
    )


def _points(found: Tradeoff) -> list[tuple[str, str, float, float, bool]]:
    """Name, engine, ratio of time, points lost in the way that loses most, and whether it was chosen."""
    return [
        (one.name, one.engine, one.ratio, most_lost(one), one.name in found.chosen.values())
        for one in found.lines
    ]


def most_lost(line: Line) -> float:
    """Points of macro-F1, of the way of deciding that loses most."""
    return max(one.loss for one in line.verdicts.values())


def _chosen(found: Tradeoff) -> str:
    rows = [f"<li>{escape(engine)}: <b>{escape(name)}</b></li>" for engine, name in found.chosen.items()] or [
        "<li>none keeps the limits</li>"
    ]
    return f"<h2>Chosen</h2><ul>{''.join(rows)}</ul>"


def _lines(found: Tradeoff) -> str:
    ways = list(found.lines[0].verdicts)
    head = ["file", "engine", "kB", "µs", "ratio"]
    head += [text for way in ways for text in (f"macro-F1, {way}", "lost")] + ["worst class", "verdict"]
    body = []
    for one in found.lines:
        figures = [
            cell
            for way in ways
            for cell in (f"{100 * one.verdicts[way].macro_f1:.2f}", f"{one.verdicts[way].loss:+.2f}")
        ]
        label, points = max((v.worst_class for v in one.verdicts.values()), key=lambda pair: pair[1])
        said = "float" if one.made is None else one.fault or "keeps the limits"
        sizes = [one.name, one.engine, f"{len(one.model) / 1000:.0f}", f"{one.us:g}", f"{one.ratio:.2f}"]
        body.append([*sizes, *figures, f"{label} {points:+.1f}", said])
    return table(head, body)


def _failed(found: Tradeoff) -> str:
    if not found.failed:
        return ""
    rows = [[name, why] for name, why in found.failed.items()]
    return "<h3>No file</h3>" + table(["method", "why"], rows)


def _agreement(found: Tradeoff) -> str:
    parts = []
    for way in found.lines[0].verdicts:
        small = [one for one in found.lines if one.made]
        labels = list(found.lines[0].verdicts[way].class_agreement)
        rows = [
            [label, *(f"{100 * one.verdicts[way].class_agreement[label]:.1f}" for one in small)]
            for label in labels
        ]
        every = ["all", *(f"{100 * one.verdicts[way].agreement:.1f}" for one in small)]
        parts.append(
            f"<h3>{escape(way)}</h3>" + table(["% of windows", *(one.name for one in small)], [every, *rows])
        )
    return "".join(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """HTML of a table, its first column its rows' names."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _meaning(found: Tradeoff) -> str:
    return (
        f"Time: CPU time of one thread and window, all files in turns in one run; ratio: to {REFERENCE}. "
        "Lost: points of macro-F1 (mean over people) against the float network on the same windows. Own "
        "scores: the network's own labels. Calibrated profile: a head fitted on each person's first "
        "repetition of every label, tested on the others. Worst class: points of recall over all people, "
        f"classes of {FEWEST_WINDOWS} windows or more. A file keeps the limits when in both ways it loses at "
        f"most {found.max_loss:g} points and no class more than {MAX_CLASS_LOSS:g}; of those the fastest of "
        f"an engine is chosen, the smallest where several are within {100 * (TIE - 1):.0f} %."
    )
