"""A picture of one person's signals: a column for each gesture, a band for each stream, as SVG."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from myoedge.export.data.repetition import Repetition
from myoedge.export.data.show import shown_label

COLUMNS, TRACES = 6, 16  # gestures and channels drawn at most; our choice
WIDE, GAP, LEFT, TOP = 200, 14, 110, 64  # px
TRACE, BAND = 18, 80  # height of a channel of the EMG, and of any other stream
FULL = 99.5  # percentile of the magnitude that fills a trace
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2")


def picture(repetitions: Sequence[Repetition], title: str, dead: Sequence[int] = ()) -> str:
    """One repetition of up to COLUMNS labels, each stream on one scale; `dead` EMG columns are marked."""
    shown = chosen(repetitions)
    streams = list(dict.fromkeys(name for r in shown for name in r.signals))
    channels = _spread(shown[0].signals["emg"].shape[1], TRACES)
    heights = {name: TRACE * len(channels) if name == "emg" else BAND for name in streams}
    width = LEFT + len(shown) * (WIDE + GAP)
    height = TOP + sum(heights.values()) + GAP * len(streams) + 26
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(LEFT, 20, title, size=14),
    ]
    top = TOP
    for name in streams:
        spec = f"{name} {shown[0].rates.get(name, 0):g} Hz"
        drawn.append(_text(4, top + 12, spec, colour="#000"))
        signals = [centred(r.signals[name]) if name in r.signals else None for r in shown]
        full = _full([s for s in signals if s is not None])
        for turn, signal in enumerate(signals):
            x = LEFT + turn * (WIDE + GAP)
            if signal is None:
                drawn.append(_text(x + WIDE / 2, top + BAND / 2, f"no {name}", "middle"))
            elif name == "emg":
                drawn += _traces(signal / full, channels, dead, x, top, turn == 0)
            else:
                drawn += _overlaid(signal / full, x, top)
        top += heights[name] + GAP
    for turn, repetition in enumerate(shown):
        middle = LEFT + turn * (WIDE + GAP) + WIDE / 2
        drawn.append(_text(middle, TOP - 18, shown_label(repetition)[:28], "middle", "#000"))
        drawn.append(
            _text(
                middle, TOP - 5, f"repetition {repetition.number + 1}, {repetition.seconds:.1f} s", "middle"
            )
        )
    drawn.append(_text(LEFT, height - 8, "each channel about its mean; one scale for each stream"))
    return "\n".join([*drawn, "</svg>", ""])


def chosen(repetitions: Sequence[Repetition]) -> list[Repetition]:
    """The first repetition of up to COLUMNS labels, at even steps through the labels, rest first."""
    firsts: dict[str, Repetition] = {}
    for repetition in repetitions:
        firsts.setdefault(repetition.label, repetition)
    rest = [r for r in firsts.values() if r.label == "rest"]
    others = [r for r in firsts.values() if r.label != "rest"]
    return rest + [others[i] for i in _spread(len(others), COLUMNS - len(rest))]


def centred(signal: NDArray[np.float32]) -> NDArray[np.float64]:
    """Each channel about its mean."""
    samples: NDArray[np.float64] = np.asarray(signal, dtype=np.float64)
    samples = samples - samples.mean(axis=0)
    return samples


def _spread(count: int, most: int) -> list[int]:
    """At most so many of 0..count-1, at even steps, first and last among them."""
    if count <= most:
        return list(range(count))
    return [round(i * (count - 1) / (most - 1)) for i in range(most)]


def _full(signals: Sequence[NDArray[np.float64]]) -> float:
    """The magnitude that fills a trace: no single spike, and of what moves most."""
    top = max(float(np.percentile(np.abs(signal), FULL)) for signal in signals)
    return top or 1.0


def _traces(
    signal: NDArray[np.float64],
    channels: Sequence[int],
    dead: Sequence[int],
    x: float,
    top: float,
    named: bool,
) -> list[str]:
    drawn = []
    for place, channel in enumerate(channels):
        middle = top + TRACE * (place + 0.5)
        lost = channel in dead
        if named:
            mark = " dead" if lost else ""
            drawn.append(_text(LEFT - 6, middle + 4, f"{channel}{mark}", "end"))
        line = _line(signal[:, channel], x, middle, TRACE * 0.48)
        drawn.append(_poly(line, "#999" if lost else COLOURS[channel % len(COLOURS)], dashed=lost))
    return drawn


def _overlaid(signal: NDArray[np.float64], x: float, top: float) -> list[str]:
    """Every channel of a slower stream in one band."""
    drawn = [f'<rect x="{x}" y="{top}" width="{WIDE}" height="{BAND}" fill="none" stroke="#ddd"/>']
    for place, channel in enumerate(_spread(signal.shape[1], TRACES)):
        line = _line(signal[:, channel], x, top + BAND / 2, BAND * 0.48)
        drawn.append(_poly(line, COLOURS[place % len(COLOURS)]))
    return drawn


def _line(values: NDArray[np.float64], x: float, middle: float, half: float) -> list[tuple[float, float]]:
    """A trace; of many samples the least and the most of each pixel, so that no burst is lost."""
    parts = (
        np.array_split(values, WIDE)
        if len(values) > 2 * WIDE
        else [values[i : i + 1] for i in range(len(values))]
    )
    step = WIDE / max(1, len(parts) - 1)
    points = []
    for turn, part in enumerate(parts):
        for value in (part.min(), part.max()) if len(part) > 1 else (part[0],):
            points.append((round(x + turn * step, 1), round(middle - half * float(np.clip(value, -1, 1)), 1)))
    return points


def _poly(points: Sequence[tuple[float, float]], colour: str, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="3 3"' if dashed else ""
    joined = " ".join(f"{a:g},{b:g}" for a, b in points)
    return f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="0.8"{dash}/>'


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = "#555", size: int = 11) -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-size="{size}">{escape(text)}</text>'
