"""The plain baseline: its four values by hand, on samples as they came, and a discriminant that shrinks."""

import numpy as np

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.example import Example
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.edge.bundle import load_bundle
from myoedge.export.data.table import DATASETS
from myoedge.export.hudgins import fit_hudgins, hudgins, hudgins_example, unfiltered


def slow_and_strong() -> Stretch:
    """Below the device's high-pass, above a count."""
    wave = 40 * np.sin(2 * np.pi * 2 * np.arange(400) / 200)
    return stretch_of("fist", 0, {"emg": np.tile(wave[:, None], 8).astype(np.float32)}, {"emg": 200.0})


def test_the_four_values_are_those_counted_by_hand() -> None:
    window = np.array([[1, 2], [-1, 2], [3, 2], [3, 2]], np.float32)
    # steps of the first channel: -2, 4, 0; nothing changes sign where a step is 0
    np.testing.assert_allclose(hudgins(window), [2, 2, 6, 0, 2, 0, 1, 0])


def test_it_sees_every_window_of_the_device_without_its_filter() -> None:
    bundle, streams = load_bundle("classic"), DATASETS["myo-laval"].streams
    raw = hudgins_example(StreamEmbedder(unfiltered(bundle), None, streams), slow_and_strong())
    filtered = hudgins_example(StreamEmbedder(bundle, None, streams), slow_and_strong())
    assert raw.embeddings.shape == filtered.embeddings.shape == (37, 32)
    assert raw.embeddings[5:, :8].mean() > 20 > 2 * filtered.embeddings[5:, :8].mean()


def test_the_discriminant_tells_gestures_apart_from_fewer_windows_than_values() -> None:
    rng = np.random.default_rng(6)
    centres = {"rest": 0.0, "fist": 3.0, "open": -3.0}

    def some(count: int) -> list[Example]:
        return [
            Example(name, 0, at + rng.normal(size=(count, 32)), np.ones((count, 32), bool), np.zeros(count))
            for name, at in centres.items()
        ]

    head = fit_hudgins(some(5))
    for example in some(50):
        decided = np.array(head.labels)[head.distances(example.embeddings).argmin(axis=1)]
        assert (decided == example.label).mean() > 0.95


def test_a_value_that_never_moved_in_the_calibration_says_nothing_later() -> None:
    rng = np.random.default_rng(7)

    def shown(at: float, crossings: float) -> Example:
        values = np.hstack([at + rng.normal(size=(20, 3)), np.full((20, 1), crossings)])
        return Example("fist" if at else "rest", 0, values, np.ones((20, 4), bool), np.zeros(20))

    head = fit_hudgins([shown(0, 0), shown(9, 0)])
    assert (head.distances(shown(9, 2).embeddings).argmin(axis=1) == head.labels.index("fist")).all()
