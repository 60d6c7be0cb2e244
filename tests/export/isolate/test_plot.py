"""Bars stand where their numbers say, and every row has its name in the picture."""

import re

from myoedge.export.isolate.plot import LEFT, WIDTH, beside, stacked


def bars(svg: str) -> list[tuple[float, float]]:
    """Start and width, the legend's left out."""
    found = re.findall(r'<rect x="([\d.-]+)" y="([\d.]+)" width="([\d.-]+)"', svg)
    return [(float(x), float(wide)) for x, y, wide in found if float(y) > 20]


def places(svg: str, text: str) -> list[float]:
    return [float(x) for x in re.findall(rf'<text x="([\d.-]+)"[^>]*>{text}<', svg)]


def test_parts_of_a_whole_fill_the_bar() -> None:
    assert bars(stacked("t", [("layer 0", (("within", 0.25), ("cross", 0.75)))])) == [
        (LEFT, WIDTH / 4),
        (LEFT + WIDTH / 4, 3 * WIDTH / 4),
    ]


def test_what_was_not_measured_is_not_drawn() -> None:
    assert not bars(stacked("t", [("layer 0", (("within", float("nan")), ("cross", float("nan"))))]))


def test_losses_and_gains_part_at_the_zero_line() -> None:
    svg = beside("t", [("fist", [("cross", 3.0)]), ("open", [("cross", -1.0)])], "points")
    (loss, loss_wide), (gain, gain_wide) = bars(svg)
    assert gain == LEFT
    assert gain + gain_wide == loss
    assert loss_wide == 3 * gain_wide


def test_names_stand_left_of_every_bar() -> None:
    svg = beside("t", [("fist", [("cross", 3.0)]), ("open", [("cross", -40.0)])], "points")
    for name in ("fist", "open"):
        assert places(svg, name) == [LEFT - 8]


def test_names_cannot_break_the_picture() -> None:
    assert "emg&gt;imu" in beside("t", [("emg>imu", [("<b>", 1.0)])], "points")
