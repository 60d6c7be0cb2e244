"""The plot of a trade-off: one mark a file, filled where it was chosen."""

from myoedge.export.tradeoff_plot import plot

POINTS = [
    ("float onnx", "onnx", 1.0, 0.0, False),
    ("small & quick", "litert", 0.3, 0.2, True),
    ("slow", "onnx", 1.4, -0.1, False),
]


def test_every_file_has_one_mark_and_its_name() -> None:
    drawn = plot("a < b", POINTS)
    assert drawn.count("<circle") == 1
    assert drawn.count("<rect") == 2
    assert "small &amp; quick" in drawn
    assert "a &lt; b" in drawn


def test_only_what_was_chosen_is_filled() -> None:
    drawn = plot("one", POINTS)
    assert drawn.count('fill="#1f77b4"') == 1
    assert drawn.count('fill="var(--paper)"') == 2


def test_files_that_all_lose_nothing_are_drawn_too() -> None:
    assert "NaN" not in plot("none", [(name, engine, 0.0, 0.0, False) for name, engine, *_ in POINTS])
