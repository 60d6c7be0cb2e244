"""Plots as inline SVG: a matrix of numbers, and a ring of channels. No colour carries meaning alone."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import cos, pi, sin

CELL, LEFT, TOP = 68, 150, 50  # px
RING, RADIUS = 210, 74
LOST = "\N{MULTIPLICATION SIGN}"  # marks a dead channel


def matrix(
    title: str,
    labels: Sequence[str],
    values: Sequence[Sequence[float | None]],
    shade: Callable[[float], float],
    write: Callable[[float], str],
) -> str:
    """A grid with the number in every cell; `shade` gives 0 (paper) to 1 (ink) for its background."""
    side = CELL * len(labels)
    parts = [_open(LEFT + side + 8, TOP + side + 8, title)]
    for i, label in enumerate(labels):
        y, x = TOP + i * CELL, LEFT + i * CELL
        parts.append(_text(LEFT - 8, y + CELL / 2 + 4, label, "end"))
        words = label.rsplit(" ", 1)
        for line, word in enumerate(words):
            parts.append(_text(x + CELL / 2, TOP - 10 - 15 * (len(words) - 1 - line), word[:10], "middle"))
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            x, y = LEFT + j * CELL, TOP + i * CELL
            ink = 0.0 if value is None else min(1.0, max(0.0, shade(value)))
            rim = ' class="own"' if i == j else ""
            parts.append(
                f'<rect x="{x}" y="{y}" width="{CELL - 3}" height="{CELL - 3}" rx="4"{rim} '
                f'style="fill-opacity:{0.06 + 0.94 * ink:.2f}"/>'
            )
            if value is not None:
                dark = ' class="on"' if ink > 0.75 else ""
                parts.append(_text(x + CELL / 2 - 1, y + CELL / 2 + 3, write(value), "middle", dark))
    return "".join([*parts, "</svg>"])


def ring(title: str, values: Sequence[float], full: float, dead: Sequence[int] = ()) -> str:
    """Strength of every channel about the arm, as seen along it; a dead channel is crossed out."""
    parts = [_open(RING, RING + 22, title)]
    middle = RING / 2
    for share in (0.5, 1.0):
        parts.append(f'<circle cx="{middle}" cy="{middle}" r="{RADIUS * share:.0f}" class="line"/>')
    places = [(2 * pi * c / len(values) - pi / 2) for c in range(len(values))]
    points = []
    for c, (angle, value) in enumerate(zip(places, values, strict=True)):
        r = RADIUS * min(1.0, value / max(full, 1e-9))
        points.append(f"{middle + r * cos(angle):.1f},{middle + r * sin(angle):.1f}")
        x, y = middle + (RADIUS + 16) * cos(angle), middle + (RADIUS + 16) * sin(angle) + 4
        parts.append(_text(x, y, f"{c}{LOST}" if c in dead else str(c), "middle"))
    parts.append(f'<polygon points="{" ".join(points)}" class="area"/>')
    parts.append(_text(middle, RING + 14, title.split(":")[0], "middle"))
    return "".join([*parts, "</svg>"])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain HTML table."""
    top = "".join(f'<th scope="col">{escape(h)}</th>' for h in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def channels(signal: Mapping[str, Sequence[float]]) -> str:
    """The rings' numbers, for those who do not see them."""
    count = max((len(values) for values in signal.values()), default=0)
    rows = [[label, *(f"{value:.1f}" for value in values)] for label, values in signal.items()]
    return table(["rms, counts", *(f"channel {c}" for c in range(count))], rows)


def _open(width: float, height: float, title: str) -> str:
    said = escape(title)
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    return f'<svg {size} role="img" aria-label="{said}"><title>{said}</title>'


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text[:22])}</text>'
