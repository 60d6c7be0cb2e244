"""What pruning found, as report.json, curve.svg and one HTML page that needs nothing else."""

import json
import os
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from myoedge.calibration.drawing import table
from myoedge.edge.errors import StorageError, UsageError
from myoedge.edge.places import write_atomically
from myoedge.export.compare.report import STYLE
from myoedge.export.curve_plot import Point, lines_svg
from myoedge.export.weights import READABLE

JSON, PAGE, CURVE = "report.json", "report.html", "curve.svg"
STEP_PERCENT, STEP_POINTS = 10, 1  # of the curve's grid

Row = Mapping[str, Any]


def claim(folder: Path) -> None:
    """Make the folder before the work; raises UsageError for a file, StorageError where none can be."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; wanted a folder for the network and the report")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make {folder}: {error.strerror}; use another --out") from error
    if not os.access(folder, os.W_OK):
        raise StorageError(f"cannot write into {folder}; use another --out")


def write_report(found: Row, folder: Path) -> list[str]:
    """All three files; returns their names. Raises StorageError."""
    texts = {JSON: json.dumps(found, indent=1) + "\n", CURVE: curve(found), PAGE: page(found)}
    for name, text in texts.items():
        write_atomically(folder / name, text.encode(), READABLE)
    return list(texts)


def curve(found: Row) -> str:
    """Accuracy over the share of the multiply-adds: each figure a line, after learning again; the closed form
    has no multiply-adds that could go."""
    dense, points = found["dense"], found["points"]
    lines: dict[str, Sequence[Point]] = {
        name: [
            (100 * share, 100 * reached[name], "")
            for share, reached in [(1.0, dense["reached"]), *((p["share"], p["reached"]) for p in points)]
        ]
        for name in dense["reached"]
        if not name.startswith("closed_form")
    }
    return lines_svg(
        lines, "multiply-adds that stay, %; up: accuracy by window, %", STEP_PERCENT, STEP_POINTS
    )


def page(found: Row) -> str:
    """The whole page."""
    parts = [
        f"<h1>{escape(found['network'])}, pruned</h1>",
        '<p class="soft">Heads and neurons go by what they are worth to the loss for their multiply-adds; '
        f"matrices become smaller; what is left learns again for {found['asked']['steps']} steps from the "
        "dense network. Accuracy by window on people nobody trained on, one repetition of each gesture "
        "calibrating (a run: on its test windows); both: closed-form features and network. Best weights are "
        "chosen by held-out people, unseen ones choose nothing.</p>",
        "<h2>Accuracy against multiply-adds</h2>",
        _picture(curve(found)),
        _points(found),
        "<h2>Files and time</h2>",
        _spent(found),
    ]
    if "unstructured" in found:
        parts.append(_unstructured(found))
    if "electrodes" in found:
        parts += ["<h2>Electrodes</h2>", _electrodes(found)]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(found['network'])}, pruned</title><style>{STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _picture(svg: str) -> str:
    """Apart from the page's own colours."""
    data = b64encode(svg.encode()).decode()
    return f'<p><img alt="accuracy against multiply-adds" src="data:image/svg+xml;base64,{data}"></p>'


def _points(found: Row) -> str:
    dense = found["dense"]
    names = list(dense["reached"])
    lines = [["dense", str(dense["macs"]), str(dense["parameters"]), "", *_shares(dense["reached"], names)]]
    for one in found["points"]:
        kept = f"{one['width']}; heads {_list(one['heads'])}; neurons {_list(one['hidden'])}"
        macs = f"{one['macs']} ({one['share']:.2f})"
        lines.append(
            [f"{one['target']:g}, as cut", macs, str(one["parameters"]), kept, *_shares(one["raw"], names)]
        )
        lines.append([f"{one['target']:g}", "", "", "", *_shares(one["reached"], names)])
    return table(["share", "multiply-adds", "parameters", "width; heads; neurons by layer", *names], lines)


def _spent(found: Row) -> str:
    lines = [
        [
            one["network"],
            one["format"],
            f"{one['kb']:g}",
            f"{one['gzip_kb']:g}",
            f"{one['us']:g}",
            f"{one['ratio']:.2f}",
        ]
        for one in found["spent"]
    ]
    head = ["network", "format", "kB", "kB by gzip", "µs CPU a window", "time to dense"]
    return table(head, lines) + (
        '<p class="soft">All timed in turns in one run on one thread; compare only within this table.</p>'
    )


def _unstructured(found: Row) -> str:
    one = found["unstructured"]
    reached = ", ".join(f"{name} {100 * value:.2f} %" for name, value in one["reached"].items())
    return (
        f"<p>Unstructured: NNCF sets {100 * one['share']:.0f} % of the weights to zero, the smallest of all "
        f"layers together ({reached}). The file is smaller once gzip has packed it; no engine skips single "
        "zeros, so it is not faster.</p>"
    )


def _electrodes(found: Row) -> str:
    names = ["both", "network", "closed_form"]
    lines = [
        [
            str(len(one["channels"])),
            "" if one["gone"] is None else str(one["gone"]),
            _list(one["channels"]),
            *_shares(one["reached"], names),
        ]
        for one in found["electrodes"]
    ]
    head = ["channels kept", "last one left out", "kept", *names]
    return table(head, lines) + (
        '<p class="soft">Masked as the device masks dead channels, the head fitted without them; each line '
        "leaves out the channel that held-out people miss least. Their bands sat alike; on a band that sits "
        "otherwise the numbers turn with it.</p>"
    )


def _shares(reached: Mapping[str, float], names: Sequence[str]) -> list[str]:
    return [f"{100 * reached[name]:.2f}" for name in names]


def _list(values: Sequence[int]) -> str:
    return " ".join(map(str, values))
