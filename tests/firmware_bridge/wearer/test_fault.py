"""Each fault does to its channel what its name says, and only there."""

import numpy as np
import pytest

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.wearer import make_wearer


def faulty(kind: str) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    wearer = make_wearer("ben", seed=2)
    wearer.perform("fist")
    wearer.emg(400)
    wearer.fault(kind, 3)
    return wearer.emg(400)


@pytest.mark.parametrize("kind", ["flat", "clip", "hum", "noise", "liftoff"])
def test_only_its_channel_changes(kind: str) -> None:
    others = [0, 1, 2, 4, 5, 6, 7]
    assert np.array_equal(faulty(kind)[:, others], faulty("ok")[:, others])
    assert not np.array_equal(faulty(kind)[:, 3], faulty("ok")[:, 3])


def test_a_flat_channel_gives_one_value() -> None:
    assert np.ptp(faulty("flat")[:, 3]) == 0


def test_a_clipping_channel_is_at_full_scale_most_of_the_time() -> None:
    channel = faulty("clip")[:, 3]
    assert ((channel == 127) | (channel == -128)).mean() > 0.5


def test_hum_is_the_mains() -> None:
    assert np.argmax(np.abs(np.fft.rfft(faulty("hum")[:, 3]))) == 100  # 50 Hz of 400 samples at 200 Hz


def test_ok_ends_it() -> None:
    wearer = make_wearer("ben")
    wearer.fault("flat", 0)
    wearer.emg(10)
    wearer.fault("ok", 0)
    assert wearer.emg(200)[:, 0].any()


def test_an_unknown_fault_or_channel_is_refused() -> None:
    wearer = make_wearer("ben")
    with pytest.raises(UsageError, match="wanted ok, flat"):
        wearer.fault("melted", 0)
    with pytest.raises(UsageError, match="0 to 7"):
        wearer.fault("flat", 8)
