"""Training sees the windows that a device sees."""

import numpy as np

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.stretch import stretch_of
from myoedge.edge.bundle import load_bundle
from myoedge.edge.stream import StreamSpec
from myoedge.export.recipe import load_recipe
from myoedge.export.windows import stacked, windows_of

STREAMS = {"emg": StreamSpec(200, 8), "imu": StreamSpec(50, 10)}


def signals(seconds: float = 2.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "emg": rng.integers(-60, 60, (round(200 * seconds), 8)).astype(np.float32),
        "imu": rng.integers(-3000, 3000, (round(50 * seconds), 10)).astype(np.float32),
    }


def test_windows_are_those_of_the_device() -> None:
    bundle, raw = load_bundle("classic"), signals()
    mine = windows_of(bundle, STREAMS, raw)
    device = StreamEmbedder(bundle, None, STREAMS)
    theirs = list(device.windows(stretch_of("fist", 0, {"emg": raw["emg"]}, {"emg": 200.0}).chunks))
    assert len(mine) == len(theirs) == 37  # 200 ms windows every 50 ms of 2 s
    np.testing.assert_array_equal(stacked(mine, "emg"), stacked(theirs, "emg"))


def test_the_imu_of_a_window_is_the_newest_then_known() -> None:
    front, raw = load_recipe("default").front, signals()
    raw["imu"][:] = np.arange(100)[:, None] * 2048
    windows = windows_of(front, STREAMS, raw)
    assert all(not w.absent for w in windows)
    newest = stacked(windows, "imu")[:, -1, 0]  # in g, here the number of the sample
    at_s = np.array([w.t_ns for w in windows]) / 1e9
    assert np.abs(newest * 0.02 - at_s).max() < 0.03


def test_a_set_without_imu_gives_zeros_for_it() -> None:
    raw = {"emg": signals()["emg"]}
    windows = windows_of(load_recipe("default").front, {"emg": STREAMS["emg"]}, raw)
    assert {w.absent for w in windows} == {("imu",)}
    assert stacked(windows, "imu").shape == (37, 10, 6)
    assert not stacked(windows, "imu").any()


def test_another_hop_can_be_asked_for() -> None:
    raw = {"emg": signals()["emg"]}
    assert len(windows_of(load_recipe("default").front, {"emg": STREAMS["emg"]}, raw, hop_ms=25)) == 73
