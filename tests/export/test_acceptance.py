"""How far right decisions stray, learned set by set."""

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.bundle import load_bundle
from myoedge.export.acceptance import Trial, learned, trials, without_each
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS
from myoedge.export.subject import Subject


def trial(dataset: str, person: str, most: float) -> Trial:
    return Trial(dataset, person, 2, {0.9: np.linspace(most / 1000, most, 1000)})


def test_the_stray_lets_the_share_pass_in_the_mean_of_sets_and_people() -> None:
    alike = [trial("a", "p", 2.0), trial("b", "q", 2.0)]
    assert learned(alike, 0.9) == pytest.approx(1.8, rel=0.02)
    more = [*alike, *(trial("b", f"r{i}", 2.0) for i in range(9))]
    assert learned(more, 0.9) == learned(alike, 0.9)


def test_each_set_is_judged_by_what_the_others_say() -> None:
    rows = [trial("a", "p", 2.0), trial("b", "q", 1.0)]
    found = without_each(rows, 0.9)
    assert found["b"] == {"stray": pytest.approx(1.8, abs=0.03), "accepted": 1.0, "worst": 1.0}
    assert found["a"]["accepted"] == pytest.approx(0.45, abs=0.02)


def emg(label: int, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng([label, seed])
    loud = 1.0 + (15 * np.exp(-(((np.arange(8) - 3 * label) / 1.5) ** 2)) if label else np.zeros(8))
    return np.round(rng.normal(size=(300, 8)) * loud).astype(np.float32)


def test_what_is_performed_alike_strays_as_far_later_as_in_calibration() -> None:
    made = [
        Repetition(
            person="p",
            session=session,
            label=label,
            native=label,
            number=number,
            signals={"emg": emg(place, number + 10 * later)},
            rates={"emg": 200.0},
            order=(number + 10 * later) * 10 + place,
        )
        for later, session in enumerate(("training0", "Test0"))
        for number in range(2)
        for place, label in enumerate(("rest", "fist", "hand open"))
    ]
    loaded = LoadedDataset(DATASETS["myo-laval"], tuple(made), (), ())
    (one,) = trials(Subject(load_bundle("classic"), None, loaded, ("emg",)), 2)
    assert (one.person, one.repetitions) == ("p", 2)
    assert 0.5 < float(np.median(one.stray[0.95])) < 1.6
    assert np.isfinite(one.stray[0.95]).mean() > 0.9
