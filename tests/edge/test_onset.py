"""Onset: the sample at which a contraction left rest."""

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.onset import find_onset
from myoedge.edge.profile import LevelScale

LEVEL = LevelScale(1.0, 21.0)


def window(begin: int, rows: int = 400, rate: float = 2000) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    rms = np.where(np.arange(rows) < begin, 1.0, 21.0)
    return (rng.normal(size=(rows, 8)) * rms[:, None] * 1.2533).astype(np.float32)


def test_the_onset_is_found_within_the_length_of_the_mean() -> None:
    for begin in (100, 200, 390):
        found = find_onset(window(begin), 2000, LEVEL)
        assert found is not None and 0 <= found - begin <= 30


def test_there_is_none_at_rest_or_in_the_middle_of_a_contraction() -> None:
    assert find_onset(window(400), 2000, LEVEL) is None
    assert find_onset(window(0), 2000, LEVEL) is None


def test_a_twitch_that_went_back_to_rest_is_none() -> None:
    twitch = window(100)
    twitch[200:] = window(400)[200:]
    assert find_onset(twitch, 2000, LEVEL) is None
