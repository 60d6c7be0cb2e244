"""`myoedge train`: where it writes, and what the golden vectors are made from."""

import argparse

import numpy as np
import pytest

from myoedge.edge.errors import NotThereError, UsageError
from myoedge.export.data.table import MYO_EMG, MYO_IMU
from myoedge.export.golden import golden_inputs
from myoedge.export.recipe import load_recipe
from myoedge.verbs.train import add, run, simulated


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add(parser)
    return parser.parse_args([*words], argparse.Namespace(quiet=True, json=False))


def test_simulated_wearers_give_the_same_golden_inputs_each_time() -> None:
    front = load_recipe("default").front
    first, second = (golden_inputs(front, {"emg": MYO_EMG, "imu": MYO_IMU}, simulated()) for _ in range(2))
    for name in front.inputs:
        np.testing.assert_array_equal(first[name], second[name])


def test_simulated_emg_and_imu_last_as_long() -> None:
    for signals in simulated():
        assert len(signals["emg"]) / 200 == len(signals["imu"]) / 50 > 3


def test_a_bundle_goes_to_one_place() -> None:
    with pytest.raises(SystemExit):
        parsed("default", "--root", ".", "--out", "x", "--ship")


def test_an_unknown_recipe_is_not_there() -> None:
    with pytest.raises(NotThereError, match="default"):
        run(parsed("no-such-recipe", "--root", "."))


def test_a_recipe_of_windows_makes_no_bundle_to_ship() -> None:
    with pytest.raises(UsageError, match="--ship is for the recipe of a bundle"):
        run(parsed("isonet-psl", "--root", ".", "--ship"))
