"""Shares of one person, and how people are put together."""

import numpy as np

from myoedge.export.let_through import SHARES, LetThrough, moving_of, rest_of, worst_of
from myoedge.export.score import mean_of


def tally(strange: list[float], wrong: list[float] | None = None) -> LetThrough:
    right = np.arange(1, 101) / 95  # 95 of 100 are at most 1
    return LetThrough([right], [np.array(wrong or [])], [np.array(strange)], starts=3, rest_s=1800.0)


def test_at_the_target_counts_what_is_no_stranger_than_the_right_ones_asked_for() -> None:
    row = tally([0.4, 0.9, 1.04, 1.2, np.inf]).to_json(0.99)
    assert row["right_accepted"] == 0.95 and row["false_accepts"] == 0.4
    assert row["false_accepts_at_target"] == 0.6  # 99 % of the right ones reach 1.042
    assert row["wrong_accepted"] is None


def test_each_person_counts_once_and_the_worst_is_meant_for_each_share() -> None:
    people = [tally([0.5, 0.5], [2.0]).to_json(0.95), tally([2.0] * 8, [0.5]).to_json(0.95)]
    mean = mean_of(people, SHARES)
    assert mean["false_accepts"] == 0.5 and mean["wrong_accepted"] == 0.5
    assert worst_of(people)["false_accepts"] == 1.0 and worst_of(people)["right_accepted"] == 0.95
    assert mean_of([], SHARES)["false_accepts"] is None


def test_starts_at_rest_are_counted_by_the_hour_of_all_people() -> None:
    assert rest_of([tally([]), tally([])]) == {"hours": 1.0, "starts": 6, "starts_per_hour": 6.0}
    assert rest_of([LetThrough()])["starts_per_hour"] is None


def test_events_are_counted_by_the_hour_of_strange_movement() -> None:
    one = tally([0.5, 2.0, np.inf])
    one.moved_s = 7200.0
    assert moving_of([one]) == {"hours": 2.0, "events": 1, "events_per_hour": 0.5}
    assert moving_of([tally([0.5])]) == {"hours": 0.0, "events": 0, "events_per_hour": None}
