"""Windows that no range can be learned from are refused, by what is wrong with them."""

import numpy as np
import pytest

from myoedge.edge.errors import FormatError, MismatchError
from tests.export.quantizers.conftest import material_of, windows


def test_a_window_with_nan_is_refused_and_counted() -> None:
    broken = windows(24)
    broken["emg"][[3, 7], 5, 2] = np.nan
    with pytest.raises(FormatError, match=r"2 of 24 calibration windows of emg"):
        material_of(broken)


def test_another_number_of_channels_is_refused() -> None:
    broken = windows(24)
    broken["emg"] = broken["emg"][:, :, :7]
    with pytest.raises(MismatchError, match=r"emg have shape \(40, 7\), the network takes \(40, 8\)"):
        material_of(broken)


def test_an_input_that_is_not_there_is_named() -> None:
    broken = windows(24)
    del broken["imu"]
    with pytest.raises(MismatchError, match="lack imu"):
        material_of(broken)


def test_too_few_windows_are_refused() -> None:
    with pytest.raises(FormatError, match="8 or more"):
        material_of(windows(3))
