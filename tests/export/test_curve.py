"""The curve: windows of other lengths, and rows that hold accuracy beside reaction."""

import numpy as np
import pytest

from myoedge.edge.bundle import load_bundle
from myoedge.edge.errors import UsageError
from myoedge.export.curve import WINDOWS_MS, measure_curve, with_window
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS
from myoedge.export.recorded import Recorded, calibration_of, spliced_take

GAINS = {"rest": np.ones(8), "fist": np.repeat([20.0, 4.0], 4), "hand open": np.repeat([4.0, 20.0], 4)}


def repetition(session: str, label: str, number: int) -> Repetition:
    chance = np.random.default_rng([len(session), len(label), number])
    samples = np.rint(chance.standard_normal((600, 8)) * GAINS[label]).astype(np.float32)
    return Repetition("anna", session, label, label, number, {"emg": samples}, {"emg": 200.0})


def test_a_bundle_without_a_network_takes_any_window_and_leaves_its_prior() -> None:
    classic = load_bundle("classic")
    short = with_window(classic, 100.0)
    assert short.modalities["emg"].window_ms == 100.0
    assert "prior.npz" in classic.files and "prior.npz" not in short.files
    assert classic.modalities["emg"].window_ms == 200.0


def test_a_network_keeps_the_window_it_was_trained_on() -> None:
    with pytest.raises(UsageError, match="train another"):
        with_window(load_bundle("default"), 100.0)


def test_a_row_a_window_and_hop_holds_accuracy_beside_reaction() -> None:
    made = {
        s: [repetition(s, label, n) for n in range(2) for label in GAINS] for s in ("series1", "series 2")
    }
    dataset = LoadedDataset(DATASETS["myo-uci"], (*made["series1"], *made["series 2"]), (), ())
    recorded = [Recorded(spliced_take("anna", made["series 2"]), calibration_of(made["series1"]))]
    rows = measure_curve([(load_bundle("classic"), None)], dataset, recorded, hops_ms=(25.0, 50.0))
    assert [(row["window_ms"], row["hop_ms"]) for row in rows] == [
        (w, h) for w in WINDOWS_MS for h in (25.0, 50.0)
    ]
    assert all(row["accuracy"] > 0.9 and row["started"] == row["onsets"] == 4 for row in rows)
