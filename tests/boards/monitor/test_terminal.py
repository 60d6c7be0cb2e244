import io

import numpy as np
import pytest

from myoedge.boards.monitor.terminal import Sparks, draw, in_json, in_words
from myoedge.boards.monitor.view import View
from tests.boards.monitor.test_view import SAID, line

ROWS = [[10**12 + n * 10**7, f"emg{n % 4}", "40" * 16] for n in range(20)]


def test_everything_stands_in_words() -> None:
    view = View(SAID)
    text = in_words(view.facts, view(line(packets=ROWS), 1))
    for part in ("linked", "fist, score 90%, level 50%", "channel 7 no signal", "sample to event 15.0 ms",
                 "0 of the last 1 decisions late", "battery 91 %", "budget 150 ms"):  # fmt: skip
        assert part in text


def test_everything_stands_in_json() -> None:
    view = View(SAID)
    row = in_json(view.facts, view(line(packets=ROWS), 1))
    assert (row["label"], row["late"], row["deadline_ms"], row["quality"][7]) == (
        "fist",
        0,
        25.0,
        "no signal",
    )
    assert row["latency_ms"]["engine"] == {"p50": 1.0, "p99": 1.0}


@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_is_drawn_within_the_terminal(width: int) -> None:
    rich = pytest.importorskip("rich.console", reason="rich is not installed here")
    view = View(SAID)
    picture = view(line(packets=ROWS), 1)
    sparks = Sparks(8, 100, 64)
    sparks.feed(picture)
    console = rich.Console(file=io.StringIO(), width=width)
    console.print(draw(view.facts, picture, sparks, ["fist start"], width))
    drawn = console.file.getvalue()
    assert all(len(row) <= width for row in drawn.splitlines())
    for part in ("FIST", "✓ good", "⚠ no signal", "engine", "fist start"):
        assert part in drawn


def test_a_spark_is_high_where_the_signal_is_and_a_dot_where_it_is_lost() -> None:
    sparks, view = Sparks(8, 100, 64), View(SAID)
    picture = view(line(packets=ROWS), 1)
    picture.traces.high[:] = 64
    picture.traces.low[:] = 0
    picture.traces.high[-10:, 3] = np.nan
    sparks.feed(picture)
    rows = sparks.rows(40)
    assert len(rows) == 8 and all(len(row) == 40 for row in rows)
    assert rows[0].endswith("██") and rows[0].startswith(" ")
    assert rows[3].endswith("█·")
