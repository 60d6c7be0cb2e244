"""The report of a calibration as one HTML page that needs nothing else: no script, no font, no network."""

from html import escape

from myoedge.calibration.drawing import LOST, channels, matrix, ring, table
from myoedge.calibration.report import APART, Report
from myoedge.calibration.verdict import REST

STYLE = """
:root{color-scheme:light dark;--ink:#16324f;--paper:#fff;--soft:#5b6b7b;--act:#0b66c3;--warn:#8a4b00}
@media(prefers-color-scheme:dark){
:root{--ink:#dfe9f3;--paper:#10161c;--soft:#9fb0c0;--act:#6db3ff;--warn:#ffb454}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin-bottom:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}
p{margin:.4rem 0}.soft{color:var(--soft)}.grade{font-size:1.3rem;font-weight:600}
li{margin:.35rem 0}.todo{border-left:4px solid var(--warn);padding-left:1rem;list-style-position:inside}
svg{max-width:100%;height:auto}svg text{font:13px system-ui,sans-serif;fill:var(--ink)}
svg rect{fill:var(--act)}svg rect.own{stroke:var(--ink);stroke-width:1.5}svg text.on{fill:var(--paper)}
.line{fill:none;stroke:var(--soft);stroke-dasharray:3 4}
.area{fill:var(--act);fill-opacity:.35;stroke:var(--act);stroke-width:2}
.rings{display:flex;flex-wrap:wrap;gap:.5rem}.wide{overflow-x:auto}.wide svg{max-width:none}
table{border-collapse:collapse;font-size:.9rem}details{margin:.5rem 0}
th,td{text-align:left;padding:.2rem .7rem .2rem 0;border-bottom:1px solid var(--soft);vertical-align:top}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(report: Report) -> str:
    """The whole document; every word of the wearer's is escaped."""
    body = [_top(report), _todo(report), _confusion(report), _apart(report), _rings(report), _takes(report)]
    title = f"Calibration of {escape(report.wearer)}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="referrer" content="no-referrer">'
        f"<style>{STYLE}</style></head><body><main>{''.join(body)}</main></body></html>\n"
    )


def _top(report: Report) -> str:
    made = f"{escape(report.armband)}, bundle {escape(report.bundle)}, {escape(report.created_utc)}"
    if report.accuracy is None:
        said = "Not tested: nothing could be held out."
    else:
        by = escape(report.held_out_by)
        share = f"{100 * report.accuracy:.1f} % of the windows right"
        said = f"{report.grade.capitalize()}: {share}, each {by} held out in turn."
    title = f"<h1>Calibration of {escape(report.wearer)}</h1>"
    return f'{title}<p class="soft">{made}</p><p class="grade">{said}</p>'


def _todo(report: Report) -> str:
    if not report.advice:
        return "<h2>What to do over</h2><p>Nothing.</p>"
    items = "".join(f"<li>{escape(text[:1].upper() + text[1:])}.</li>" for text in report.advice)
    return f'<h2>What to do over</h2><ul class="todo">{items}</ul>'


def _confusion(report: Report) -> str:
    if not report.confusion:
        return ""
    drawn = matrix(
        "Confusion: what the held-out windows of each gesture (rows) were taken for (columns), in percent",
        report.labels,
        report.confusion,
        lambda share: share,
        lambda share: "·" if share < 0.005 else f"{100 * share:.0f}",
    )
    why = "Rows: what was done. Columns: what it was taken for, in percent of the row's held-out windows."
    return f'<h2>What was taken for what</h2><p class="soft">{why}</p><div class="wide">{drawn}</div>'


def _apart(report: Report) -> str:
    if not report.apart:
        return ""
    drawn = matrix(
        "Separability: how far every two gestures are apart",
        report.labels,
        report.apart,
        lambda distance: max(0.0, 1 - distance / (2 * APART)),
        lambda distance: f"{distance:.1f}" if distance < 20 else "20+",
    )
    why = (
        "Sensitivity index (d') of each pair: 2 tells 84 of 100 windows apart, 3 tells 93, 4 tells 98. "
        f"Filled cells are the close ones; below {APART:g} is too close."
    )
    return f'<h2>How far the gestures are apart</h2><p class="soft">{why}</p><div class="wide">{drawn}</div>'


def _rings(report: Report) -> str:
    if not report.signal:
        return ""
    full = max((max(v) for label, v in report.signal.items() if label != REST), default=1.0)
    drawn = "".join(
        ring(f"{label}: strength by channel", values, full, report.dead)
        for label, values in report.signal.items()
    )
    why = "Each ring is the arm in section; the outer line is the strength of the strongest channel of all."
    dead = (
        f" {LOST} marks a channel without a signal: {', '.join(map(str, report.dead))}."
        if report.dead
        else ""
    )
    numbers = f"<details><summary>In numbers</summary>{channels(report.signal)}</details>"
    return (
        f'<h2>Signal by channel</h2><p class="soft">{why}{dead}</p><div class="rings">{drawn}</div>{numbers}'
    )


def _takes(report: Report) -> str:
    rows = []
    for v in report.verdicts:
        said = (
            "good"
            if v.good
            else "done again"
            if v.redo
            else "left out"
            if v.left_out
            else "kept, though not good"
        )
        rows.append(
            [
                v.label,
                str(v.repetition + 1),
                said,
                "; ".join(v.reasons),
                f"{v.level:.1f}",
                f"{100 * v.lost:.0f} %",
            ]
        )
    head = ["gesture", "repetition", "verdict", "why", "level", "lost"]
    return f"<h2>Repetition by repetition</h2>{table(head, rows)}"
