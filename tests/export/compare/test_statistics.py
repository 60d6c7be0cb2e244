"""Intervals and tests over people."""

from itertools import product

import numpy as np
import pytest

from myoedge.export.compare.statistics import difference, holm, spread


def test_mean_and_deviation_are_over_people() -> None:
    found = spread([0.8, 0.9, 1.0])
    assert [found.mean, found.deviation] == pytest.approx([0.9, 0.1])
    assert 0.8 <= found.low < 0.9 < found.high <= 1.0
    assert spread([0.7]).deviation == 0.0


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    held = [spread(rng.normal(size=40).tolist()) for _ in range(200)]
    share = np.mean([one.low <= 0 <= one.high for one in held])
    assert 0.88 <= share <= 0.99


def test_the_sign_flip_test_counts_every_sign() -> None:
    first, second = [0.0] * 5, [0.1, 0.2, 0.05, -0.02, 0.3]
    x = np.array(second)
    wanted = np.mean(
        [abs((np.array(s) * x).mean()) >= abs(x.mean()) - 1e-12 for s in product((1, -1), repeat=5)]
    )
    found = difference(first, second)
    assert found.p == wanted
    assert found.mean == pytest.approx(x.mean())


def test_the_smallest_p_of_seven_people_is_one_of_sixty_four() -> None:
    assert difference([0.0] * 7, [1.0] * 7).p == 2 / 2**7


def test_many_people_are_drawn_and_p_is_never_zero() -> None:
    found = difference([0.0] * 40, [1.0] * 40)
    assert 0 < found.p < 0.001


def test_no_difference_is_no_evidence() -> None:
    assert difference([0.5, 0.6], [0.5, 0.6]).p == 1.0


def test_holm_multiplies_the_smallest_by_all_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []
