"""Shares and their intervals."""

import numpy as np
import pytest

from myoedge.export.isolate.share import bootstrap, cross_share, mean_of, mean_share, share_of


def test_a_share_is_of_what_both_lose() -> None:
    assert share_of(np.array([1.0, 2.0]), np.array([3.0, 6.0])).value == pytest.approx(0.25)


def test_what_harms_counts_as_nothing() -> None:
    assert cross_share(np.array([-1.0, 2.0]), np.array([1.0, -5.0])).tolist() == [0.0, 1.0]


def test_where_nothing_is_lost_there_is_nothing_to_share() -> None:
    assert np.isnan(share_of(np.array([0.0]), np.array([-1.0])).value)
    assert share_of(np.array([0.0]), np.array([-1.0])).said == "-"


def test_one_person_has_no_interval() -> None:
    one = mean_of(np.array([0.5]))
    assert one.value == 0.5
    assert np.isnan([one.low, one.high]).all()


def test_the_interval_holds_the_mean_of_most_samples_of_people() -> None:
    rng = np.random.default_rng(0)
    held = [
        one.low <= 1.0 <= one.high
        for one in (
            bootstrap(rng.normal(1, 1, (25, 1)), lambda rows: rows[:, 0], draws=300) for _ in range(100)
        )
    ]
    assert 85 <= sum(held) <= 99


def test_layers_without_anything_to_share_are_passed_over() -> None:
    cross, within = np.array([[0.0, 1.0, 0.0]]), np.array([[0.0, 1.0, 4.0]])
    assert mean_share(cross, within).value == pytest.approx(0.25)
