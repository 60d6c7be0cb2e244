"""Bars as inline SVG: parts of a whole in one bar, and values side by side. Every bar has its number."""

from collections.abc import Sequence
from html import escape

COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf")
LEFT, WIDTH, RIGHT = 170, 420, 110  # px: names, bars, numbers
THICK, GAP = 14, 8

Named = tuple[str, float]


def stacked(title: str, rows: Sequence[tuple[str, Sequence[Named]]]) -> str:
    """A bar a row, its parts from left to right; parts are shares that add up to one, NaN draws none."""
    parts = [_open(title, len(rows) * (THICK + GAP) + 40)]
    parts += _legend([name for name, _ in rows[0][1]] if rows else [])
    for number, (label, shares) in enumerate(rows):
        y = 30 + number * (THICK + GAP)
        parts.append(_text(LEFT - 8, y + THICK - 3, label, "end"))
        x = float(LEFT)
        for turn, (name, share) in enumerate(shares):
            if share != share:
                continue
            wide = share * WIDTH
            parts.append(_bar(x, y, wide, turn, f"{label}, {name}: {100 * share:.1f} %"))
            if wide > 40:
                parts.append(
                    _text(x + wide / 2, y + THICK - 3, f"{100 * share:.0f} %", "middle", ' class="on"')
                )
            x += wide
    return "".join([*parts, "</svg>"])


def beside(title: str, rows: Sequence[tuple[str, Sequence[Named]]], unit: str) -> str:
    """Bars of a row under each other, from a zero line; a negative one goes to the left."""
    values = [value for _, own in rows for _, value in own if value == value]
    low, high = min([0.0, *values]), max([0.0, *values])
    scale = WIDTH / max(high - low, 1e-9)
    zero = LEFT - low * scale
    names = [name for name, _ in rows[0][1]] if rows else []
    tall = len(names) * (THICK - 3) + GAP
    parts = [_open(title, len(rows) * tall + 40), *_legend(names)]
    for number, (label, own) in enumerate(rows):
        y = 30.0 + number * tall
        parts.append(_text(LEFT - 8, y + tall / 2, label, "end"))
        for turn, (name, value) in enumerate(own):
            if value == value:
                x, wide = (zero, value * scale) if value >= 0 else (zero + value * scale, -value * scale)
                at = y + turn * (THICK - 3)
                parts.append(_bar(x, at, wide, turn, f"{label}, {name}: {value:.2f} {unit}", THICK - 4))
                parts.append(
                    _text(zero + max(0.0, value * scale) + 4, at + THICK - 5, f"{value:.1f}", "start")
                )
    parts.append(
        f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="26" y2="{30 + len(rows) * tall}" stroke="#888"/>'
    )
    return "".join([*parts, "</svg>"])


def _legend(names: Sequence[str]) -> list[str]:
    drawn, x = [], float(LEFT)
    for turn, name in enumerate(names):
        drawn.append(_bar(x, 8, 12, turn, name, 12))
        drawn.append(_text(x + 16, 18, name, "start"))
        x += 36 + 8 * len(name)
    return drawn


def _bar(x: float, y: float, wide: float, turn: int, said: str, thick: float = THICK) -> str:
    colour = COLOURS[turn % len(COLOURS)]
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{thick}" style="fill:{colour}">'
        f"<title>{escape(said)}</title></rect>"
    )


def _open(title: str, height: float) -> str:
    said, width = escape(title), LEFT + WIDTH + RIGHT
    return (
        f'<svg viewBox="0 0 {width} {height:.0f}" width="{width}" height="{height:.0f}" role="img" '
        f'aria-label="{said}"><title>{said}</title>'
    )


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'
