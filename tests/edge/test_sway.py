"""A window far from every gesture is judged as if the band were turned; a near one is not."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from myoedge.edge.errors import FormatError
from myoedge.edge.head import Head, head_from_json
from myoedge.edge.sway import ELECTRODES, Sway, explained

RNG = np.random.default_rng(3)
ASIDE = RNG.normal(size=(2, 2, 4)).astype(np.float32).astype(float) * 8
PLAIN = Head(
    ("fist", "rest"),
    np.array([[0.0, 0, 0, 0], [6.0, 0, 0, 0]]),
    np.array([1.0, 2.0, 1.0, 0.5]),
    ((0, 2), (2, 4)),
    (np.eye(2), np.array([[2.0, 0.5], [0.5, 1.0]])),
    0.5,
)
SWAYING = replace(PLAIN, sway=Sway(ASIDE, beyond=4.0, price=0.5))


def test_what_a_turn_explains_is_the_best_turn_either_way() -> None:
    away, aside = RNG.normal(size=(5, 2, 4)) * 10, RNG.normal(size=(2, 2, 4)) * 5
    turns = np.linspace(0, 6, 60001)[:, None]
    for w in range(5):
        for label in range(2):
            squares = [
                ((away[w, label] - turns * side) ** 2).sum(axis=1) + (turns[:, 0] / ELECTRODES) ** 2
                for side in aside[label]
            ]
            want = (away[w, label] ** 2).sum() - np.min(squares)
            assert explained(away, aside)[w, label] == pytest.approx(want, rel=1e-4, abs=1e-4)


def test_a_window_near_a_gesture_is_judged_as_worn() -> None:
    near = RNG.normal(size=(40, 4))
    near = near[PLAIN.distances(near).min(axis=1) <= 4.0]
    assert len(near) > 10
    np.testing.assert_array_equal(SWAYING.distances(near), PLAIN.distances(near))


def test_a_gesture_with_the_band_turned_is_told_by_how_it_sways() -> None:
    turned = PLAIN.means[1] * PLAIN.spread + 3 * ASIDE[1, 0] * PLAIN.spread
    assert PLAIN.distances(turned).min() > 4.0
    found = SWAYING.distances(turned)
    assert found.argmin() == 1 and found[1] < PLAIN.distances(turned)[1] / 4
    assert found[1] >= 0.5, "the price is in it"


def test_many_windows_at_once_are_the_same_as_one_by_one() -> None:
    x = RNG.normal(size=(30, 4)) * 6
    one_by_one = [SWAYING.distances(row) for row in x]
    np.testing.assert_allclose(SWAYING.distances(x), one_by_one)
    np.testing.assert_allclose(SWAYING.distances(x.reshape(5, 6, 4)).reshape(30, 2), one_by_one)


def test_features_left_out_do_not_sway() -> None:
    used = np.array([True, True, False, False])
    x = np.array([50.0, -40.0, 0.0, 0.0])
    other = x + np.array([0, 0, 900.0, -700.0])
    np.testing.assert_allclose(SWAYING.distances(x, used), SWAYING.distances(other, used))


def test_as_worn_a_head_thinks_of_no_turn() -> None:
    x = RNG.normal(size=(9, 4)) * 9
    np.testing.assert_array_equal(SWAYING.as_worn().distances(x), PLAIN.distances(x))


def test_of_a_band_that_has_moved_every_window_is_read_turned_at_no_price() -> None:
    x = RNG.normal(size=(30, 4))
    moved, worn = SWAYING.as_turned().distances(x), PLAIN.distances(x)
    assert (moved <= worn).all() and (moved < worn - 0.1).any()
    assert PLAIN.as_turned() is PLAIN


def test_numbers_that_are_none_stay_so() -> None:
    assert not np.isfinite(SWAYING.distances(np.full(4, np.nan))).any()


def test_a_swaying_head_comes_back_from_json() -> None:
    back = head_from_json(json.loads(json.dumps(SWAYING.to_json())))
    x = RNG.normal(size=(9, 4)) * 9
    np.testing.assert_allclose(back.distances(x), SWAYING.distances(x), rtol=1e-6)
    assert head_from_json(json.loads(json.dumps(PLAIN.to_json()))).sway is None


@pytest.mark.parametrize(
    ("name", "value"), [("beyond", "nan"), ("beyond", 0), ("price", -1), ("price", "inf"), ("aside", "AAA=")]
)
def test_a_sway_that_makes_no_sense_is_refused(name: str, value: Any) -> None:
    row = SWAYING.to_json()
    row["sway"] = {**row["sway"], name: value}
    with pytest.raises(ValueError, match=r"calibrate|reshape|padding|size|buffer"):
        head_from_json(row)


def test_a_sway_of_no_numbers_says_what_to_do() -> None:
    row = replace(SWAYING, sway=Sway(ASIDE * np.nan, 4.0, 0.5)).to_json()
    with pytest.raises(FormatError, match="calibrate again"):
        head_from_json(row)
