"""Features read between two electrodes are those of the neighbours, mixed."""

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.bundle import load_bundle
from myoedge.edge.embed import Embedder
from myoedge.edge.features import FEATURES
from myoedge.edge.turn import Turn, rolled
from myoedge.edge.window import Window

NAMES = ("log_time_domain", "tangent")


def features(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([FEATURES[name][0](samples) for name in NAMES])


def samples(channels: int = 8) -> NDArray[np.float32]:
    rng = np.random.default_rng(3)
    return (rng.normal(size=(40, channels)) * np.arange(1, channels + 1) * 3).astype(np.float32)


def test_features_of_a_rolled_window_are_the_features_rolled() -> None:
    for channels in (8, 5):
        x = samples(channels)
        for by in (-1, 1, 3):
            moved = features(np.roll(x, by, axis=1))
            assert np.allclose(features(x)[rolled(NAMES, channels, by)], moved, atol=1e-4)


def test_a_part_of_an_electrode_lies_between_two() -> None:
    x = samples()
    here, there = features(x), features(np.roll(x, -1, axis=1))
    assert np.allclose(Turn(NAMES, 8, -0.25)(here), 0.75 * here + 0.25 * there, atol=1e-4)


def test_a_masked_channel_takes_its_neighbours_mixed_features_with_it() -> None:
    masked = np.arange(8) == 2
    window = Window({"emg": samples()}, masked, (), 0, 0, 0.0)
    classic = load_bundle("classic")
    plain, turned = (Embedder(classic, 8, share)(window, None).used for share in (0.0, 0.5))
    assert plain[:8].tolist() == (~masked).tolist()
    assert turned[:8].tolist() == [True, True, False, False, True, True, True, True]
