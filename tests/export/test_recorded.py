"""Recorded movements: which part calibrates, which runs, and where each movement begins."""

from pathlib import Path

import numpy as np
import pytest

from myoedge.calibration.stretch import stretch_of
from myoedge.edge.bundle import load_bundle
from myoedge.edge.errors import UsageError
from myoedge.edge.reaction import Take
from myoedge.export.data.repetition import Repetition
from myoedge.export.recorded import HELD, PAUSE, Recorded, measure_recorded, recorded_takes, spliced_take

GAINS = {"rest": np.ones(8), "fist": np.repeat([20.0, 4.0], 4), "hand open": np.repeat([4.0, 20.0], 4)}


def repetition(label: str, number: int, rows: int = 700) -> Repetition:
    chance = np.random.default_rng([len(label), number])
    samples = np.rint(chance.standard_normal((rows, 8)) * GAINS[label]).astype(np.float32)
    return Repetition("anna", "Test0", label, label, number, {"emg": samples}, {"emg": 200.0})


@pytest.fixture(scope="module")
def take() -> Take:
    return spliced_take("anna", [repetition(label, n) for n in range(2) for label in GAINS])


def test_a_splice_begins_where_it_says(take: Take) -> None:
    rest_rows, held_rows = 2 * 700, HELD.stop - HELD.start
    assert take.rests == [(0, rest_rows * 5_000_000)]
    assert len(take.samples) == rest_rows + 4 * (PAUSE + held_rows)
    assert [onset.label for onset in take.onsets] == [
        "fist",
        "rest",
        "hand open",
        "rest",
        "fist",
        "rest",
        "hand open",
    ]
    for onset in take.onsets:
        at = onset.t_ns // 5_000_000
        before, after = (
            np.abs(part).mean() for part in (take.samples[at - 50 : at], take.samples[at : at + 50])
        )
        assert before > 3 * after if onset.label == "rest" else after > 3 * before


def test_sudden_movements_are_named_and_released(take: Take) -> None:
    calibration = [
        stretch_of(label, n, dict(repetition(label, 10 + n).signals), {"emg": 200.0})
        for n in range(2)
        for label in GAINS
    ]
    row = measure_recorded(load_bundle("classic"), None, [Recorded(take, calibration)], hop_ms=25)
    assert (row["people"], row["hop_ms"], row["onsets"]) == (1, 25, 4)
    assert (row["started_right"], row["first_wrong"]) == (4, 0)
    assert row["releases"] == row["released"] > 0
    assert row["starts_in_rest"] == 0 and row["starts_in_release"] <= 1
    assert 0 < row["first_start_ms"]["max"] < 250
    assert 0 < row["release_ms"]["max"] < 250


def test_a_set_or_person_of_which_no_onset_is_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="myo-uci"):
        recorded_takes("myo-psl", tmp_path)
    with pytest.raises(UsageError, match="77"):
        recorded_takes("myo-uci", tmp_path, ("77",))
