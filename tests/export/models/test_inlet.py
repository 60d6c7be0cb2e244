"""Windows enter whole, in their own unit, as training knew them."""

import numpy as np
import pytest
import torch

from myoedge.edge.errors import UsageError
from myoedge.export.models.inlet import FLOOR_SHARE, FeatureInlet, StreamInlet


def test_a_patch_holds_its_samples_of_all_channels() -> None:
    inlet = StreamInlet("emg", (6, 2), patches=3, raw="as is")
    x = torch.arange(12.0).reshape(1, 6, 2)
    assert inlet.raw(x).tolist() == [[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]]


def test_samples_that_fill_no_patch_are_left_out_oldest_first() -> None:
    inlet = StreamInlet("acc", (7, 1), patches=3, raw="as is")
    assert (inlet.tokens, inlet.rows) == (3, 2)
    assert inlet.raw(torch.arange(7.0).reshape(1, 7, 1)).tolist() == [[[1, 2], [3, 4], [5, 6]]]


def test_a_token_a_sensor_holds_its_axes_through_the_window() -> None:
    inlet = StreamInlet("acc", (2, 6), cut="channel", axes=3, raw="as is")
    x = torch.arange(12.0).reshape(1, 2, 6)
    assert inlet.raw(x).tolist() == [[[0, 1, 2, 6, 7, 8], [3, 4, 5, 9, 10, 11]]]


def test_log_power_is_that_of_mean_absolute_value_and_wave_length() -> None:
    x = np.random.default_rng(0).standard_normal((3, 8, 2)).astype(np.float32)
    inlet = StreamInlet("emg", (8, 2), patches=2, power=True, floor=0.5)
    got = inlet.log_power(torch.from_numpy(x)).numpy()
    patches = x.reshape(3, 2, 4, 2)
    wanted = np.concatenate([np.abs(patches).mean(2), np.abs(np.diff(patches, axis=2)).mean(2)], -1)
    np.testing.assert_allclose(got, np.log(wanted + 0.5), rtol=1e-5)


def test_training_windows_set_means_and_what_the_recipe_left_open() -> None:
    x = torch.randn(200, 8, 2) * torch.tensor([1.0, 9.0]) + 4
    inlet = StreamInlet("emg", (8, 2), patches=2, power=True, knee=8.0)
    inlet.standardise(x)
    raw, power = inlet.raw(x).reshape(-1, 2), inlet.power(x).flatten(0, 1)
    for values in (raw, power):
        torch.testing.assert_close(values.mean(0), torch.zeros(values.shape[1]), atol=1e-3, rtol=0)
        torch.testing.assert_close(values.std(0), torch.ones(values.shape[1]), atol=1e-3, rtol=0)
    assert float(inlet.knee) == 8.0
    assert float(inlet.floor) == pytest.approx(FLOOR_SHARE * float(x.std()))


@pytest.mark.parametrize("inlet", [StreamInlet("imu", (4, 2), patches=2), FeatureInlet(2)])
def test_windows_without_the_input_do_not_count(inlet: StreamInlet | FeatureInlet) -> None:
    there = torch.randn(50, 4, 2) + 3 if isinstance(inlet, StreamInlet) else torch.randn(50, 2) + 3
    inlet.standardise(torch.cat([there, torch.zeros_like(there)]))
    torch.testing.assert_close(inlet.raw_mean, there.reshape(-1, 2).mean(0))


def test_log_power_needs_two_samples_a_patch() -> None:
    with pytest.raises(UsageError, match="fewer patches"):
        StreamInlet("emg", (8, 2), patches=8, power=True)
