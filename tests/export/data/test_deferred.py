"""Signals that stay in their file: read when asked for, and only then."""

from pathlib import Path

import numpy as np
import pytest

from myoedge.export.data.deferred import Deferred, Piece, Signal, pooled
from myoedge.export.data.repetition import Repetition

asked: list[tuple[str, int, int, int]] = []


def read(path: Path, modality: str, every: int, start: int, stop: int) -> Signal:
    asked.append((modality, every, start, stop))
    return np.full((stop - start, 2), start, dtype=np.float32)


def test_nothing_is_read_before_it_is_used() -> None:
    asked.clear()
    signals = Deferred(read, Path("a.mat"), {"emg": Piece(100, 300), "acc": Piece(5, 15, 20)})
    repetition = Repetition("s1", "all", "fist", "6", 0, signals, {"emg": 2000.0, "acc": 100.0})
    assert repetition.seconds == 0.1 and "acc" in signals and "glove" not in signals
    assert list(signals) == ["emg", "acc"] and len(signals) == 2 and repetition.rows("acc") == 10
    assert asked == []
    assert signals["acc"].shape == (10, 2) and asked == [("acc", 20, 5, 15)]
    with pytest.raises(KeyError):
        signals["glove"]


def test_pooled_rows_are_means_and_an_incomplete_group_is_dropped() -> None:
    samples = np.arange(22, dtype=np.float64).reshape(11, 2)
    assert np.array_equal(pooled(samples, 5), [[4, 5], [14, 15]])
    assert np.array_equal(pooled(np.asfortranarray(samples), 5), [[4, 5], [14, 15]])
    assert np.array_equal(pooled(samples, 1), samples)
