"""Spans and stretches."""

from collections.abc import Mapping

import numpy as np

from myoedge.calibration.stretch import spans_of, stretch_of
from myoedge.edge.recording import Label
from myoedge.edge.stream import StreamSpec


def test_a_repetition_done_again_counts_once_as_done_last() -> None:
    labels = [
        Label(10, "fist", 0, "start"),
        Label(20, "fist", 0, "end"),
        Label(30, "fist", 0, "start"),
        Label(45, "fist", 0, "end"),
    ]
    assert [(s.start_ns, s.end_ns) for s in spans_of(labels)] == [(30, 45)]


def test_a_repetition_cut_short_is_dropped() -> None:
    labels = [Label(10, "fist", 0, "start"), Label(15, "fist", 1, "start"), Label(20, "fist", 1, "end")]
    assert [s.repetition for s in spans_of(labels)] == [1]


def test_two_modalities_come_in_order_of_time(specs: Mapping[str, StreamSpec]) -> None:
    signals = {"emg": np.zeros((200, 8)), "imu": np.zeros((50, 10))}
    chunks = stretch_of("fist", 0, signals, {"emg": 200.0, "imu": 50.0}).chunks
    assert [c.arrival_ns for c in chunks] == sorted(c.arrival_ns for c in chunks)
    assert sum(len(c.samples) for c in chunks if c.modality == "emg") == 200
    assert sum(len(c.samples) for c in chunks if c.modality == "imu") == 50
    ends = [c.modality for c in chunks if c.arrival_ns == 1_000_000_000]
    assert ends[-1] == "emg"
