"""A comparison as one HTML page that needs nothing else, and as CSV files."""

import csv
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from myoedge.export.compare.charts import accuracies, costs, heat_map, recalls
from myoedge.export.compare.tally import KINDS, confusion_of
from myoedge.export.supervised_run import Run

STYLE = """
:root{color-scheme:light dark;--paper:#fff;--text:#222;--soft:#666;--ink:#1f77b4}
@media (prefers-color-scheme:dark){:root{--paper:#161616;--text:#ddd;--soft:#999;--ink:#5aa9e6}}
body{background:var(--paper);color:var(--text);font:15px/1.5 system-ui,sans-serif;max-width:62rem;
margin:2rem auto;padding:0 1rem}
svg{max-width:100%;height:auto}svg text{fill:var(--text);font-size:12px}svg text.on{fill:#fff}
table{border-collapse:collapse}th,td{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #8884}
th:first-child,td:first-child{text-align:left}.soft{color:var(--soft)}.wide{overflow-x:auto}
"""


def write_report(folder: Path, parts: Sequence[Mapping[str, Any]], runs: Sequence[Run]) -> None:
    """table.csv, people.csv, pairs.csv and report.html."""
    rows = [(part, row) for part in parts for row in part["rows"]]
    _csv(folder / "table.csv", [_table_line(part, row) for part, row in rows])
    _csv(folder / "people.csv", [line for part, row in rows for line in _unit_lines(part, row)])
    _csv(
        folder / "pairs.csv",
        [_pair_line(part, pair) for part in parts for pair in (*part["pairs"], *part["against"])],
    )
    (folder / "report.html").write_text(page(parts, runs), encoding="utf-8")


def page(parts: Sequence[Mapping[str, Any]], runs: Sequence[Run]) -> str:
    """The whole page."""
    body = "".join(_part(part, [run for run in runs if run.row["name"] == part["recipe"]]) for part in parts)
    title = escape("Comparison: " + ", ".join(part["recipe"] for part in parts))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style><h1>{title}</h1>'
        f"{body}</html>\n"
    )


def _part(part: Mapping[str, Any], runs: Sequence[Run]) -> str:
    rows = part["rows"]
    best = max(rows, key=lambda row: row["gesture"]["mean"])
    mine = [run for run in runs if _is(run, best)]
    labels, counts = confusion_of(mine, "gesture")
    over = f"{len(part['people'])} people" if part["unit"] == "person" else "repetitions of one person"
    return "".join(
        [
            f"<h2>{escape(part['recipe'])}</h2>",
            f'<p class="soft">{escape(part["dataset"])}, folds {escape(part["folds"])}. Means, deviations, '
            f"95 % bootstrap intervals and sign-flip tests over {over}; each counts once, its "
            "seeds averaged. By window: each window by itself. By gesture: the mean score over it.</p>",
            _drawn("Accuracy by architecture", accuracies("Accuracy by architecture", rows)),
            _rows(rows),
            _drawn("Accuracy against cost", costs("Accuracy against multiply-adds", rows)),
            _drawn(
                f"What was taken for what: {best['name']}", heat_map("Confusion by gesture", labels, counts)
            ),
            _recalls(rows, runs),
            _pairs(part["pairs"]),
            _against(part["against"]),
        ]
    )


def _is(run: Run, row: Mapping[str, Any]) -> bool:
    model = run.row["model"]
    return [*run.row["inputs"]] == row["inputs"] and (model["kind"], model["fusion"]) == (
        row["kind"],
        row["fusion"],
    )


def _recalls(rows: Sequence[Mapping[str, Any]], runs: Sequence[Run]) -> str:
    """The best of each of the two fusions on all inputs, or the two best."""
    order = sorted(rows, key=lambda row: -row["gesture"]["mean"])
    shown = [order[0], *(row for row in order[1:] if row["fusion"] != order[0]["fusion"])][:2]
    shown = shown if len(shown) > 1 else order[:2]
    values: dict[str, list[float | None]] = {}
    for turn, row in enumerate(shown):
        labels, counts = confusion_of([run for run in runs if _is(run, row)], "gesture")
        for i, label in enumerate(labels):
            total = sum(counts[i])
            column = values.setdefault(label, [None] * len(shown))
            column[turn] = counts[i][i] / total if total else None
    return _drawn("Recall of every gesture", recalls("Recall", [row["name"] for row in shown], values))


def _drawn(title: str, svg: str) -> str:
    return f'<h3>{escape(title)}</h3><div class="wide">{svg}</div>'


def _rows(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ["architecture", "by window", "by gesture", "parameters", "multiply-adds", "s a fold"]
    body = [
        [row["name"], *(_said(row[which]) for which in KINDS), f"{row['parameters']:,}", f"{row['macs']:,}",
         f"{row['wall_s']:.0f}"]
        for row in rows
    ]  # fmt: skip
    return _table(head, body)


def _pairs(pairs: Sequence[Mapping[str, Any]]) -> str:
    head = ["second minus first", "by window", "p", "by gesture", "p", "p, all pairs (Holm)"]
    body = [
        [
            f"{pair['second']} - {pair['first']}",
            *(cell for which in KINDS for cell in (_points(pair[which]), f"{pair[which]['p']:.3f}")),
            f"{pair['gesture']['p_holm']:.3f}",
        ]
        for pair in pairs
    ]
    all_pairs = f"<details><summary>All pairs</summary>{_table(head, body)}</details>"
    return f"<h3>Paired differences, in points</h3>{all_pairs}"


def _against(pairs: Sequence[Mapping[str, Any]]) -> str:
    """This recipe's networks less another recipe's, which was tested on the same folds."""
    if not pairs:
        return ""
    body = [
        [
            f"{pair['second']} - {pair['first']}",
            *(cell for which in KINDS for cell in (_points(pair[which]), f"{pair[which]['p']:.3f}")),
        ]
        for pair in pairs
    ]
    head = ["second minus first", "by window", "p", "by gesture", "p"]
    return f"<h3>Against other recipes, in points</h3>{_table(head, body)}"


def _said(one: Mapping[str, float]) -> str:
    mean, deviation, low, high = (100 * one[name] for name in ("mean", "deviation", "low", "high"))
    return f"{mean:.1f} \N{PLUS-MINUS SIGN} {deviation:.1f} [{low:.1f}, {high:.1f}]"


def _points(one: Mapping[str, float]) -> str:
    return f"{100 * one['mean']:+.1f} [{100 * one['low']:+.1f}, {100 * one['high']:+.1f}]"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _table_line(part: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    plain = ("kind", "fusion", "runs", "parameters", "macs", "train_s", "wall_s", "peak_mb", "windows_per_s")
    figures = {f"{which}_{name}": f"{value:.4f}" for which in KINDS for name, value in row[which].items()}
    first = {"recipe": part["recipe"], "inputs": "+".join(row["inputs"])}
    return {**first, **{name: row[name] for name in plain}, "unit": part["unit"], **figures}


def _unit_lines(part: Mapping[str, Any], row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"recipe": part["recipe"], "architecture": row["name"], part["unit"]: name}
        | {which: f"{values[which]:.4f}" for which in KINDS}
        for name, values in row["units"].items()
    ]


def _pair_line(part: Mapping[str, Any], pair: Mapping[str, Any]) -> dict[str, Any]:
    first = {"recipe": part["recipe"], **{name: pair[name] for name in ("first", "second", "units")}}
    return first | {f"{which}_{k}": f"{v:.4f}" for which in KINDS for k, v in pair[which].items()}


def _csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
