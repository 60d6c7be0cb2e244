"""What int8 loses against what it takes, as inline SVG: a mark a file, filled where it was chosen."""

from collections.abc import Sequence
from html import escape

COLOURS = {"litert": "#1f77b4", "onnx": "#d62728"}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 360, 50, 250, 20, 40  # px
Point = tuple[str, str, float, float, bool]  # name, engine, ratio of time, points lost, chosen


def plot(title: str, points: Sequence[Point]) -> str:
    """To the right slower, upwards more lost; round marks are LiteRT's, squares ONNX Runtime's."""
    slowest = max([1.0, *(ratio for _, _, ratio, _, _ in points)])
    low = min([0.0, *(lost for _, _, _, lost, _ in points)])
    high = max([0.5, *(lost for _, _, _, lost, _ in points)])

    def x(ratio: float) -> float:
        return LEFT + ratio / slowest * (WIDTH - LEFT - RIGHT)

    def y(lost: float) -> float:
        return HEIGHT - BOTTOM - (lost - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>'
    ]
    for tick in range(int(slowest * 4) + 1):
        parts.append(_line(x(tick / 4), TOP, x(tick / 4), HEIGHT - BOTTOM))
        parts.append(_text(x(tick / 4), HEIGHT - BOTTOM + 15, f"{tick / 4:g}", "middle"))
    for lost in sorted({low, 0.0, high}):
        parts.append(_line(LEFT, y(lost), WIDTH - RIGHT, y(lost)))
        parts.append(_text(LEFT - 6, y(lost) + 4, f"{lost:.2f}", "end"))
    for number, (name, engine, ratio, lost, chosen) in enumerate(sorted(points, key=lambda p: p[2]), 1):
        parts.append(
            _mark(engine, x(ratio), y(lost), chosen, f"{name}: ratio {ratio:.2f}, {lost:+.2f} points")
        )
        parts.append(_text(x(ratio) + 7, y(lost) - 5, str(number), "start"))
        parts.append(_text(WIDTH - RIGHT + 20, TOP + 18 * number, f"{number}  {name}", "start"))
    said = "time of a window, 1: the plain float ONNX export; up: points of macro-F1 lost"
    parts.append(_text((WIDTH - RIGHT + LEFT) / 2, HEIGHT - 6, said, "middle"))
    return "".join([*parts, "</svg>"])


def _mark(engine: str, x: float, y: float, filled: bool, said: str) -> str:
    colour = COLOURS.get(engine, "#888")
    style = f'fill="{colour if filled else "var(--paper)"}" stroke="{colour}" stroke-width="1.5"'
    if engine == "litert":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" {style}><title>{escape(said)}</title></circle>'
    return (
        f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" {style}>'
        f"<title>{escape(said)}</title></rect>"
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#8884"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
