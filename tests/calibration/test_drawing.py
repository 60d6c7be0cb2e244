"""Plots without a library."""

import xml.etree.ElementTree as ET

from myoedge.calibration.drawing import channels, matrix, ring, table


def numbers(element: ET.Element) -> list[str]:
    return [text.text or "" for text in element.iter("text")]


def test_a_matrix_is_well_formed_and_shows_each_number_once() -> None:
    values = ((0.9, 0.1), (None, 1.0))
    drawn = ET.fromstring(matrix("a & b", ("a", "b c"), values, lambda v: v, lambda v: f"{v:.2f}"))
    assert [n for n in numbers(drawn) if "." in n] == ["0.90", "0.10", "1.00"]
    assert len(list(drawn.iter("rect"))) == 4 and drawn.attrib["aria-label"] == "a & b"


def test_a_ring_puts_the_strongest_channel_on_the_outer_line() -> None:
    drawn = ET.fromstring(ring("fist: x", (0.0, 10.0, 5.0, 0.0), 10.0, dead=(3,)))
    points = [tuple(map(float, p.split(","))) for p in drawn.find("polygon").attrib["points"].split()]  # type: ignore[union-attr]
    assert points == [(105.0, 105.0), (179.0, 105.0), (105.0, 142.0), (105.0, 105.0)]
    assert "3\N{MULTIPLICATION SIGN}" in numbers(drawn)


def test_a_table_escapes_its_cells() -> None:
    assert "&lt;b&gt;" in table(["<b>"], [["x"]]) and "<b>" not in table(["<b>"], [["x"]])
    assert channels({"rest": (1.0, 2.0)}).count("<td>") == 3
