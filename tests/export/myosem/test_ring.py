"""A turned band changes phases and nothing else; a mirrored one counts back; grids have their places."""

from typing import Any

import numpy as np
import pytest

from myoedge.export.myosem.ring import Seat, columns_of, places, waves


@pytest.mark.parametrize("channels", [8, 10, 16])
def test_a_pattern_on_a_turned_band_looks_as_on_a_straight_one(channels: int) -> None:
    pattern = np.random.default_rng(0).normal(size=channels)
    straight = pattern @ waves(places("x", channels))
    turned = np.roll(pattern, -1) @ waves(places("x", channels), Seat(1 / channels))
    mirrored = np.roll(pattern[::-1], 1) @ waves(places("x", channels), Seat(0, True))
    assert np.allclose(straight, turned, atol=1e-6) and np.allclose(straight, mirrored, atol=1e-6)


def test_the_same_pattern_has_the_same_waves_on_any_number_of_channels() -> None:
    def seen(channels: int) -> Any:
        angle = 2 * np.pi * places("x", channels)
        return (1 + np.cos(angle) - 0.5 * np.sin(2 * angle)) @ waves(places("x", channels))

    assert np.allclose(seen(8), seen(12), atol=1e-6)


def test_a_grid_of_four_rings_has_four_electrodes_at_each_of_sixteen_places() -> None:
    place = places("flexemg", 64)
    values, count = np.unique(place, return_counts=True)
    assert len(values) == 16 and set(count.tolist()) == {4}
    assert place[28] == place[31] == 0 and place[63] == 8 / 16  # its arraymap's first and ninth row


def test_the_second_band_of_db5_sits_between_the_first_ones_electrodes() -> None:
    place = places("ninapro-db5", 16)
    assert np.allclose(place[8:] - place[:8], 22.5 / 360)


def test_only_electrodes_round_the_arm_count() -> None:
    assert columns_of("ninapro-db2", 12) == tuple(range(8)) and columns_of("3dc", 10) == tuple(range(10))
