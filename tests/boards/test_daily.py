"""Everyday motion of a simulated wearer."""

from myoedge.boards.daily import STRANGERS, daily
from myoedge.firmware_bridge.wearer import make_wearer


def test_every_start_of_a_movement_that_was_not_calibrated_is_counted() -> None:
    row = daily("anna", "classic", 0.5)
    assert row["motions"] > 3 and len(row["strange"]) == STRANGERS
    assert not set(row["strange"]) & set(row["known"])
    assert {*row["strange"], *row["known"], "rest"} == set(make_wearer("anna").gestures)
    assert row["starts_per_hour"] == round(row["starts"] * 120, 1)


def test_the_same_seed_gives_the_same_day_and_stricter_thresholds_fewer_starts() -> None:
    usual, again, strict = (daily("chen", "classic", 0.5, accept) for accept in (0.95, 0.95, 0.5))
    assert usual == again and strict["starts"] <= usual["starts"]
