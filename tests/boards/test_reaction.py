"""Movements of the simulated wearers: known to the sample, named and judged without a link or over one."""

import numpy as np
import pytest

import myoedge.boards.reaction as reaction
from myoedge.boards.reaction import REST_S, play_wearers, wearer_take


def test_a_wearers_take_says_when_each_movement_began() -> None:
    take = wearer_take("anna", 2.6)
    assert take.rests == [(0, round(REST_S * 1e9))]
    labels = [onset.label for onset in take.onsets]
    assert labels[1::2] == ["rest"] * 30 and "rest" not in labels[::2]
    assert take.onsets[0].t_ns == take.rests[0][1]
    first, again = (take.samples[onset.t_ns // 5_000_000 :][:200] for onset in take.onsets[:2])
    before = take.samples[: len(first)]
    assert np.abs(first[100:]).mean() > 3 * np.abs(before).mean()
    assert np.abs(again[150:]).mean() < np.abs(first[100:]).mean()
    assert np.array_equal(take.samples, wearer_take("anna", 2.6).samples)


def test_played_wearers_are_started_right_and_rest_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaction, "WEARERS", ("anna",))
    monkeypatch.setattr(reaction, "MOVEMENTS", 5)
    row = play_wearers("classic", None, 50.0, 2.6)
    assert (row["people"], row["hop_ms"], row["pace"], row["onsets"]) == (1, 50.0, 2.6, 5)
    assert row["started"] == 5 and row["started_right"] >= 4
    assert row["first_start_ms"]["p50"] < 300
    assert row["rest_s"] == 60.0
