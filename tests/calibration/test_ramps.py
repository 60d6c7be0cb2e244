import numpy as np
import pytest

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.ramps import fit_rising
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.edge.bundle import load_bundle
from myoedge.edge.stream import StreamSpec

SPECS = {"emg": StreamSpec(200, 8, limit=128)}


def repetition(label: str, number: int) -> Stretch:
    chance = np.random.default_rng([len(label), number])
    amplitude = {"rest": np.ones(8), "fist": np.linspace(5, 30, 8), "open": np.linspace(30, 5, 8)}[label]
    samples = np.rint(amplitude * chance.normal(size=(400, 8))).astype(np.int16)
    return stretch_of(label, number, {"emg": samples}, {"emg": 200.0})


@pytest.fixture(scope="module")
def embedder() -> StreamEmbedder:
    return StreamEmbedder(load_bundle("classic"), None, SPECS)


def test_ramps_into_each_gesture_are_told_apart(embedder: StreamEmbedder) -> None:
    stretches = [repetition(label, n) for label in ("rest", "fist", "open") for n in range(2)]
    rising = fit_rising(embedder, stretches)
    assert rising is not None and set(rising.head.labels) == {"rest", "fist", "open"}
    rest, right = repetition("rest", 7), 0
    quiet = next(iter(embedder.windows(rest.chunks))).samples["emg"]
    for label in ("fist", "open"):
        for window in list(embedder.windows(repetition(label, 9).chunks))[:20]:
            found = rising(np.concatenate([quiet[:28], window.samples["emg"][-12:]]), 200.0, {})
            right += found is not None and found[0] == label
    assert right >= 36


def test_without_rest_there_is_nothing_to_rise_from(embedder: StreamEmbedder) -> None:
    assert fit_rising(embedder, [repetition("fist", 0), repetition("open", 0)]) is None
