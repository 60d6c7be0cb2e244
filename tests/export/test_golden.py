"""Golden vectors cover a missing modality and a dead channel, and pack the same way each time."""

import numpy as np
import pytest

from myoedge.edge.errors import FormatError
from myoedge.export.batch_features import closed_form
from myoedge.export.data.table import MYO_EMG, MYO_IMU
from myoedge.export.golden import golden_inputs, pack
from myoedge.export.recipe import load_recipe

FRONT = load_recipe("default").front
STREAMS = {"emg": MYO_EMG, "imu": MYO_IMU}


def wearer(seconds: float) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "emg": rng.integers(-50, 50, (round(200 * seconds), 8)).astype(np.int16),
        "imu": rng.integers(-2000, 2000, (round(50 * seconds), 10)).astype(np.int16),
    }


def test_inputs_come_in_the_network_order() -> None:
    inputs = golden_inputs(FRONT, STREAMS, [wearer(2.0)])
    assert list(inputs) == ["emg", "imu", "features"]
    assert [x.shape for x in inputs.values()] == [(16, 40, 8), (16, 10, 6), (16, 68)]
    np.testing.assert_array_equal(inputs["features"], closed_form(inputs["emg"], FRONT.features))


def test_some_examples_miss_the_imu_and_one_a_channel() -> None:
    inputs = golden_inputs(FRONT, STREAMS, [wearer(2.0)])
    without = ~inputs["imu"].any(axis=(1, 2))
    assert 0 < without.sum() < 16
    assert not inputs["emg"][-1, :, 0].any()
    assert inputs["emg"][0, :, 0].any()


def test_too_little_simulated_time_is_refused() -> None:
    with pytest.raises(FormatError, match="wanted 16"):
        golden_inputs(FRONT, STREAMS, [wearer(0.5)])


def test_the_same_arrays_pack_to_the_same_bytes() -> None:
    arrays = {"a": np.arange(5.0), "b": np.ones((2, 2), np.float32)}
    assert pack(arrays) == pack(arrays)
