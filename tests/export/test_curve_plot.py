"""The picture of a curve: well-formed, every point inside, quicker to the left and more accurate above."""

import re
from typing import Any
from xml.etree import ElementTree

from myoedge.export.curve_plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, curve_svg


def row(window_ms: float, hop_ms: float, accuracy: float, p50: float) -> dict[str, Any]:
    return {"bundle": "a<b", "window_ms": window_ms, "hop_ms": hop_ms, "accuracy": accuracy,
            "first_start_ms": {"p50": p50, "p95": 2 * p50}}  # fmt: skip


def test_every_point_is_drawn_where_it_belongs() -> None:
    text = curve_svg(
        [row(100, 25, 0.91, 60.0), row(100, 50, 0.91, 90.0), row(200, 25, 0.95, 110.0)], "uci & more"
    )
    ElementTree.fromstring(text)
    circles = [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', text)]
    assert len(circles) == 3
    assert all(LEFT <= x <= WIDTH - RIGHT and TOP <= y <= HEIGHT - BOTTOM for x, y in circles)
    assert circles[0][0] < circles[1][0] < circles[2][0]
    assert circles[0][1] == circles[1][1] > circles[2][1]
    assert "a&lt;b, 100 ms" in text and "uci &amp; more" in text


def test_one_point_alone_can_be_drawn() -> None:
    ElementTree.fromstring(curve_svg([row(100, 25, 1.0, 50.0)], ""))
