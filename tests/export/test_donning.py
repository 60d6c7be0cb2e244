"""`sync` and `refresh:N` renew the profile for each later session, beside the one left as it was."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.edge.errors import UsageError
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS
from myoedge.export.evaluate import evaluate

LABELS = ("rest", "fist", "hand open")


def emg(label: int, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng([label, seed])
    loud = 1.0 + (15 * np.exp(-(((np.arange(8) - 3 * label) / 1.5) ** 2)) if label else np.zeros(8))
    return np.round(rng.normal(size=(200, 8)) * loud).astype(np.float32)


def dataset(sessions: int = 2, people: int = 2) -> LoadedDataset:
    made = [
        Repetition(
            person=f"p{person}",
            session=f"training{session}",
            label=LABELS[label],
            native=str(label),
            number=number,
            signals={"emg": emg(label, 100 * person + 10 * session + number)},
            rates={"emg": 200.0},
            order=(session * 10 + number) * 10 + label,
        )
        for person in range(people)
        for session in range(sessions)
        for number in range(2)
        for label in range(len(LABELS))
    ]
    return LoadedDataset(DATASETS["myo-laval"], tuple(made), (), ())


@pytest.fixture(scope="module")
def classic() -> Bundle:
    return load_bundle("classic")


def moved(later_by: int) -> LoadedDataset:
    """Two people, three sessions; in the later ones the band sits some electrodes further."""
    data = dataset(sessions=3)
    return replace(
        data,
        repetitions=tuple(
            r
            if r.session == "training0"
            else replace(r, signals={"emg": np.roll(r.signals["emg"], later_by, axis=1)})
            for r in data.repetitions
        ),
    )


def test_sync_brings_a_moved_band_back(classic: Bundle) -> None:
    gestures = ("fist", "hand open")
    row = evaluate(classic, None, moved(2), "sync", sync_gestures=gestures)
    donning = row["donning"]
    assert (donning["sessions"], donning["taken"]) == (4, 4)
    assert row["mean"]["accuracy"] > 0.95 > donning["unchanged"]["all"]["mean"]["accuracy"]
    assert donning["unchanged"]["all"]["worst_gain"] > 0
    assert row["people"]["p0"]["windows"] == 2 * (2 * 3 - 2) * 17  # the sync repetitions are not tested
    still = evaluate(classic, None, moved(0), "sync", sync_gestures=gestures)
    assert still["donning"]["taken"] == 0
    assert still["mean"] == still["donning"]["unchanged"]["all"]["mean"]


def test_sync_without_its_gestures_is_refused_with_the_reason(classic: Bundle) -> None:
    with pytest.raises(UsageError, match="no wrist extension: left out"):
        evaluate(classic, None, dataset(), "sync")


def test_refresh_brings_a_moved_band_back_with_one_repetition_of_each(classic: Bundle) -> None:
    row = evaluate(classic, None, moved(2), "refresh:1")
    donning = row["donning"]
    assert (donning["sessions"], donning["taken"]) == (4, 4)
    assert row["mean"]["accuracy"] > 0.95 > donning["unchanged"]["all"]["mean"]["accuracy"]
    assert row["people"]["p0"]["windows"] == 2 * 3 * 17
