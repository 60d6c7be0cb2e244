"""The share of new signal at which a decision turns, on changes made by hand."""

from collections.abc import Mapping

import numpy as np
import pytest

from myoedge.edge.bundle import load_bundle
from myoedge.edge.window import Window
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS
from myoedge.export.reaction import measure_reaction, new_share, spliced


def window(value: float) -> Window:
    return Window({"emg": np.full((40, 8), value, np.float32)}, np.zeros(8, bool), (), 0, 0, 0.0)


@pytest.mark.parametrize(("share", "new"), [(0.0, 0), (0.25, 10), (0.5, 20), (1.0, 40)])
def test_the_newest_share_of_a_spliced_window_is_new(share: float, new: int) -> None:
    mixed = spliced(window(1.0), window(2.0), share, "emg").samples["emg"]
    assert (mixed[:, 0] == 2.0).tolist() == [False] * (40 - new) + [True] * new


def loaded(gains: Mapping[str, np.ndarray]) -> LoadedDataset:
    rng = np.random.default_rng(0)
    repetitions = [
        Repetition(
            "anna", session, label, label, number,
            {"emg": (rng.standard_normal((300, 8)) * gain).astype(np.float32)}, {"emg": 200.0},
        )
        for session in ("one", "two")
        for number in range(2)
        for label, gain in gains.items()
    ]  # fmt: skip
    return LoadedDataset(DATASETS["myo-uci"], tuple(repetitions), (), ())


def test_two_gestures_of_equal_strength_turn_about_half_way() -> None:
    gains = {"fist": np.repeat([20.0, 4.0], 4), "hand open": np.repeat([4.0, 20.0], 4)}
    reaction = measure_reaction(load_bundle("classic"), None, loaded(gains))
    assert set(reaction) == {"between gestures"}
    assert 0.3 <= reaction["between gestures"]["median"] <= 0.7


def test_a_movement_shows_sooner_than_its_end() -> None:
    gains = {"rest": np.ones(8), "fist": np.repeat([20.0, 4.0], 4)}
    reaction = measure_reaction(load_bundle("classic"), None, loaded(gains))
    assert reaction["from rest"]["median"] < 0.4
    assert reaction["to rest"]["median"] > 0.6
    assert new_share(reaction) == reaction["from rest"]["median"]


def test_the_slower_way_into_a_gesture_counts_and_the_way_out_does_not() -> None:
    medians = {"from rest": 0.2, "between gestures": 0.5, "to rest": 0.9}
    assert new_share({kind: {"median": median, "p90": 1.0} for kind, median in medians.items()}) == 0.5
