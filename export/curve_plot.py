"""Curves as a picture: accuracy over what it costs, one line a way, as a small SVG file."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 60, 190, 20, 50  # margins; the names stand at the right
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2")
STEP_MS, STEP_POINTS = 25, 1  # of the grid
NAME = "first_start_ms"

Point = tuple[float, float, str]


def curve_svg(rows: Sequence[Mapping[str, Any]], title: str) -> str:
    """Rows of `measure_curve` drawn; each point is one hop, at its median first start."""
    lines: dict[str, list[Point]] = {}
    for row in rows:
        name = f"{row['bundle']}, {row['window_ms']:g} ms"
        point = (row[NAME]["p50"], 100 * row["accuracy"], f"{row['hop_ms']:g}")
        lines.setdefault(name, []).append(point)
    return lines_svg(lines, title, STEP_MS, STEP_POINTS)


def lines_svg(lines: Mapping[str, Sequence[Point]], title: str, step_x: int, step_y: int) -> str:
    """Lines by name; a point is where it lies to the right and up, and what is written beside it. `step_x`,
    `step_y`: of the grid."""
    points = [point for line in lines.values() for point in line]
    x_span = _span([x for x, _, _ in points], step_x)
    y_span = _span([y for _, y, _ in points], step_y)

    def x(value: float) -> float:
        return round(LEFT + (value - x_span[0]) / (x_span[1] - x_span[0]) * (WIDTH - LEFT - RIGHT), 1)

    def y(percent: float) -> float:
        return round(
            HEIGHT - BOTTOM - (percent - y_span[0]) / (y_span[1] - y_span[0]) * (HEIGHT - TOP - BOTTOM), 1
        )

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for tick in range(x_span[0], x_span[1] + 1, step_x):
        drawn.append(_line([(x(tick), TOP), (x(tick), HEIGHT - BOTTOM)], "#ddd"))
        drawn.append(_text(x(tick), HEIGHT - BOTTOM + 16, str(tick), "middle"))
    for tick in range(y_span[0], y_span[1] + 1, step_y):
        drawn.append(_line([(LEFT, y(tick)), (WIDTH - RIGHT, y(tick))], "#ddd"))
        drawn.append(_text(LEFT - 6, y(tick) + 4, str(tick), "end"))
    for turn, (name, line) in enumerate(lines.items()):
        colour = COLOURS[turn % len(COLOURS)]
        drawn.append(_line([(x(right), y(percent)) for right, percent, _ in line], colour))
        for right, percent, said in line:
            drawn.append(f'<circle cx="{x(right)}" cy="{y(percent)}" r="4" fill="{colour}"/>')
            drawn.append(_text(x(right), y(percent) - 7, said, "middle", colour))
        drawn.append(_text(WIDTH - RIGHT + 12, TOP + 14 + 18 * turn, name, "start", colour))
    drawn.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, title, "middle"))
    return "\n".join([*drawn, "</svg>", ""])


def _span(values: Sequence[float], step: int) -> tuple[int, int]:
    """Whole steps about all values, two at least."""
    low = int(min(values) // step) * step
    return low, max(low + 2 * step, int(-(-max(values) // step)) * step)


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    return f'<polyline points="{" ".join(f"{a},{b}" for a, b in points)}" fill="none" stroke="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#333") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
