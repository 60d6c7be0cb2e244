"""The plain baseline's four values, by hand and behind the device's filters."""

import numpy as np

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.stretch import stretch_of
from myoedge.edge.bundle import load_bundle
from myoedge.export.data.table import DATASETS
from myoedge.export.hudgins import hudgins, hudgins_windows


def test_the_four_values_are_those_counted_by_hand() -> None:
    window = np.array([[1, 2], [-1, 2], [3, 2], [3, 2]], np.float32)
    # steps of the first channel: -2, 4, 0; nothing changes sign where a step is 0
    np.testing.assert_allclose(hudgins(window), [2, 2, 6, 0, 2, 0, 1, 0])


def test_every_window_of_the_device_has_its_values() -> None:
    spec = DATASETS["myo-laval"]
    embedder = StreamEmbedder(load_bundle("classic"), None, spec.streams)
    samples = np.random.default_rng(1).normal(size=(400, 8)).astype(np.float32) * 20
    stretch = stretch_of("fist", 0, {"emg": samples}, {"emg": 200.0})
    windows, ours = hudgins_windows(embedder, stretch), embedder(stretch.chunks)
    np.testing.assert_array_equal(windows.t_ns, ours.t_ns)
    assert windows.embeddings.shape == (len(ours.t_ns), 32) and windows.used.all()
    np.testing.assert_allclose(np.log(windows.embeddings[:, :8] + 0.5), ours.embeddings[:, :8], atol=0.1)


def test_a_masked_channel_is_left_out_of_all_four() -> None:
    spec = DATASETS["myo-laval"]
    embedder = StreamEmbedder(load_bundle("classic"), None, spec.streams).without((3,))
    samples = np.random.default_rng(1).normal(size=(200, 8)).astype(np.float32) * 20
    windows = hudgins_windows(embedder, stretch_of("fist", 0, {"emg": samples}, {"emg": 200.0}))
    assert np.flatnonzero(~windows.used[0]).tolist() == [3, 11, 19, 27]
