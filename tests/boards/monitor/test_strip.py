import numpy as np

from myoedge.boards.monitor.strip import Strip


def test_a_fast_armband_is_thinned_without_losing_its_peaks() -> None:
    strip = Strip(2000, 4)
    assert strip.columns_hz == 100
    rows = np.zeros((20, 4), np.float32)
    rows[7, 2] = 999
    strip.feed(rows, 0)
    assert strip().high[0, 2] == 999


def test_a_slow_stream_has_a_column_a_sample() -> None:
    strip = Strip(50, 1)
    strip.feed(np.array([[1], [2], [3]], np.float32), 2)
    traces = strip()
    assert strip.columns_hz == 50
    assert np.isnan(traces.low[:2, 0]).all() and traces.low[2:, 0].tolist() == [1, 2, 3]
