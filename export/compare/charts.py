"""Plots of a comparison as inline SVG: means with intervals, a heat map, recalls, accuracy against cost."""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any

WIDTH, LEFT, RIGHT, TOP, ROW = 760, 250, 40, 34, 26  # px
PLOT = WIDTH - LEFT - RIGHT
CELL = 24
SMALL = ' style="font-size:9px"'
SHAPES = {"mlp": "square", "multimodal": "circle", "hierarchical": "triangle"}  # shape, not colour alone
COLOURS = {"mlp": "#8c564b", "multimodal": "#1f77b4", "hierarchical": "#d62728"}
OTHER = ("circle", "#2ca02c")
WAYS = {"window": "by window (open)", "gesture": "by gesture (filled)"}


def accuracies(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Mean and 95 % interval of every architecture, by window and by gesture."""
    low = min(row[way]["low"] for row in rows for way in WAYS)
    start, step = _scale(100 * low)
    height = TOP + ROW * len(rows) + 40
    parts = [_open(WIDTH, height, title), *_grid(start, step, TOP, height - 34)]
    for turn, row in enumerate(rows):
        y = TOP + ROW * turn + ROW / 2
        parts.append(_text(LEFT - 10, y + 4, row["name"], "end"))
        for way, dy in (("window", -4), ("gesture", 4)):
            one = row[way]
            ends = [_x(100 * one[end], start) for end in ("low", "high")]
            colour = _look(row["kind"])[1]
            parts.append(_line(ends[0], y + dy, ends[1], y + dy, colour))
            parts.append(_mark(row["kind"], _x(100 * one["mean"], start), y + dy, way == "gesture"))
    said = "accuracy in %, 95 % interval; " + ", ".join(WAYS.values())
    return "".join([*parts, _text(LEFT + PLOT / 2, height - 4, said, "middle"), "</svg>"])


def costs(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Accuracy by gesture over the multiply-adds of one window."""
    height, bottom = 360, 320
    low = min(row["gesture"]["mean"] for row in rows)
    start, step = _scale(100 * low)
    lows, highs = floor(log10(min(r["macs"] for r in rows))), ceil(log10(max(r["macs"] for r in rows)))
    highs = max(highs, lows + 1)

    def x(macs: float) -> float:
        return 60 + (log10(macs) - lows) / (highs - lows) * (WIDTH - 320)

    def y(percent: float) -> float:
        return bottom - (percent - start) / (100 - start) * (bottom - TOP)

    parts = [_open(WIDTH, height, title)]
    for power in range(lows, highs + 1):
        parts += [_line(x(10**power), TOP, x(10**power), bottom, "#8884")]
        parts += [_text(x(10**power), bottom + 16, f"10^{power}", "middle")]
    for percent in range(start, 101, step):
        parts += [_line(60, y(percent), WIDTH - 260, y(percent), "#8884")]
        parts += [_text(54, y(percent) + 4, str(percent), "end")]
    for turn, row in enumerate(sorted(rows, key=lambda one: -one["gesture"]["mean"]), 1):
        at = (x(row["macs"]), y(100 * row["gesture"]["mean"]))
        parts.append(_mark(row["kind"], *at, True))
        parts.append(_text(at[0] + 8, at[1] - 6, str(turn), "start"))
        parts.append(_text(WIDTH - 245, TOP + 18 * turn, f"{turn}  {row['name']}", "start"))
    said = "multiply-adds of one window; up: accuracy by gesture in %"
    return "".join([*parts, _text((WIDTH - 200) / 2, height - 6, said, "middle"), "</svg>"])


def heat_map(title: str, labels: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Shares of every true label (row) that were decided as each (column), in %."""
    shown = [label.rsplit(":", 1)[-1] for label in labels]
    left = 12 + 7 * max(map(len, shown))
    side = CELL * len(labels)
    parts = [_open(left + side + 20, left + side + 20, title)]
    for i, label in enumerate(shown):
        parts.append(_text(left - 6, left + i * CELL + 16, label, "end"))
        place = f"{left + i * CELL + 15:.0f},{left - 6}"
        parts.append(
            f'<text transform="translate({place}) rotate(-90)" text-anchor="start">{escape(label)}</text>'
        )
        total = sum(counts[i])
        for j, count in enumerate(counts[i]):
            share = count / total if total else 0.0
            x, y = left + j * CELL, left + i * CELL
            said = f"{label} decided as {shown[j]}: {count} of {total}"
            parts.append(
                f'<rect x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}" rx="3" '
                f'style="fill:var(--ink);fill-opacity:{0.05 + 0.95 * share:.2f}">'
                f"<title>{escape(said)}</title></rect>"
            )
            if share >= 0.005:
                dark = ' class="on"' if share > 0.55 else ""
                parts.append(_text(x + CELL / 2 - 1, y + 15, f"{100 * share:.0f}", "middle", dark + SMALL))
    return "".join([*parts, "</svg>"])


def recalls(title: str, names: Sequence[str], values: Mapping[str, Sequence[float | None]]) -> str:
    """Recall of every gesture, a mark an architecture."""
    labels = list(values)
    height = TOP + ROW * len(labels) + 40
    parts = [_open(WIDTH, height, title), *_grid(0, 20, TOP, height - 34)]
    for turn, label in enumerate(labels):
        y = TOP + ROW * turn + ROW / 2
        parts.append(_text(LEFT - 10, y + 4, label, "end"))
        for place, (name, value) in enumerate(zip(names, values[label], strict=True)):
            if value is not None:
                parts.append(_mark(_kind_of(name), _x(100 * value, 0), y - 5 + 10 * place, place == 1))
    said = "recall in %, by gesture; " + ", ".join(
        f"{n} ({'filled' if place == 1 else 'open'})" for place, n in enumerate(names)
    )
    return "".join([*parts, _text(LEFT + PLOT / 2, height - 4, said, "middle"), "</svg>"])


def _kind_of(name: str) -> str:
    return next((word for word in name.split() if word in SHAPES), name)


def _scale(low: float) -> tuple[int, int]:
    """Where a percent axis to 100 begins, and its steps."""
    step = 10 if low < 70 else 5 if low < 85 else 2
    return min(max(0, int(low // step) * step), 100 - 2 * step), step


def _x(percent: float, start: int) -> float:
    return LEFT + (percent - start) / (100 - start) * PLOT


def _grid(start: int, step: int, top: float, bottom: float) -> list[str]:
    found = []
    for tick in range(start, 101, step):
        found.append(_line(_x(tick, start), top, _x(tick, start), bottom, "#8884"))
        found.append(_text(_x(tick, start), bottom + 14, str(tick), "middle"))
    return found


def _look(kind: str) -> tuple[str, str]:
    return (SHAPES[kind], COLOURS[kind]) if kind in SHAPES else OTHER


def _mark(kind: str, x: float, y: float, filled: bool) -> str:
    shape, colour = _look(kind)
    style = f'fill="{colour if filled else "var(--paper)"}" stroke="{colour}" stroke-width="1.5"'
    if shape == "square":
        return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" {style}/>'
    if shape == "triangle":
        points = f"{x - 5:.1f},{y + 4:.1f} {x + 5:.1f},{y + 4:.1f} {x:.1f},{y - 5:.1f}"
        return f'<polygon points="{points}" {style}/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {style}/>'


def _open(width: float, height: float, title: str) -> str:
    said = escape(title)
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    return f'<svg {size} role="img" aria-label="{said}"><title>{said}</title>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'
