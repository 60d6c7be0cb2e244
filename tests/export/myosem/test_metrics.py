"""Ranks, precision and chance on lists short enough to count by hand."""

import numpy as np
import pytest

from myoedge.export.myosem.metrics import (
    average_precision,
    chance,
    measures,
    muscles_to_text,
    over_people,
    ranks,
    text_to_muscles,
)

SCORES = np.array([[0.9, 0.5, 0.1, 0.2], [0.9, 0.5, 0.1, 0.2]], np.float32)
WANTED = np.array([[False, True, False, True], [True, False, False, False]])


def test_a_rank_is_the_place_of_the_first_that_is_right() -> None:
    assert ranks(SCORES, WANTED).tolist() == [2, 1]


def test_ties_keep_the_order_of_the_candidates() -> None:
    assert ranks(np.zeros((1, 3), np.float32), np.array([[False, False, True]])).tolist() == [3]


def test_average_precision_is_the_purity_down_to_each_that_is_right() -> None:
    assert average_precision(SCORES, WANTED).tolist() == pytest.approx([(1 / 2 + 2 / 3) / 2, 1.0])


def test_measures_are_means_over_queries() -> None:
    found = measures(SCORES, WANTED)
    assert found["r@1"] == 0.5 and found["r@5"] == 1 and found["mrr"] == 0.75 and found["median_rank"] == 1.5


def test_chance_is_what_random_orders_come_to() -> None:
    rng = np.random.default_rng(0)
    wanted = np.zeros((1, 12), bool)
    wanted[0, :2] = True
    drawn = [measures(rng.random((1, 12)).astype(np.float32), wanted) for _ in range(4000)]
    expected = chance(wanted)
    for name in ("r@1", "r@5", "r@10"):
        assert np.mean([one[name] for one in drawn]) == pytest.approx(expected[name], abs=0.025)


def test_windows_at_their_texts_are_found_both_ways() -> None:
    texts = np.eye(4, dtype=np.float32)[:, None].repeat(2, axis=1)
    truth = np.array([0, 0, 1, 3])
    windows = texts[truth]
    assert muscles_to_text(windows, texts, truth)["actions"]["r@1"] == 1
    back = text_to_muscles(windows, texts, truth)
    assert back["actions"]["map"] == 1 and back["chance"]["r@1"] == pytest.approx((2 / 4 + 1 / 4 + 1 / 4) / 3)


def test_one_person_has_no_interval_and_many_have_one_round_their_mean() -> None:
    assert over_people({"a": 0.4}) == (0.4, 0.4, 0.4)
    mean, low, high = over_people({str(n): n / 10 for n in range(11)})
    assert mean == pytest.approx(0.5) and low < mean < high
