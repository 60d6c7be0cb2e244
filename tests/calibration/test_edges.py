"""When a simulated wearer truly contracted."""

import numpy as np
import pytest

from myoedge.calibration.edges import envelope, find_held
from myoedge.firmware_bridge.wearer import make_wearer

CUE = 200


def rest_change(samples: np.ndarray) -> float:
    return float(np.abs(np.diff(samples, axis=0)).mean())


@pytest.mark.parametrize("name", ["anna", "ben", "chen"])
@pytest.mark.parametrize("reaction_s", [-0.4, 0.3, 1.1])
def test_the_beginning_is_found_where_the_wearer_moved(name: str, reaction_s: float) -> None:
    wearer = make_wearer(name, seed=3)
    rest = rest_change(wearer.emg(400).astype(float))
    for gesture in ("fist", "wrist flexion"):
        wearer.perform("rest")
        wearer.emg(400)
        before = wearer.emg(CUE + round(reaction_s * 200))
        wearer.perform(gesture)
        after = wearer.emg(CUE + 600 - len(before))
        held = find_held(np.concatenate([before, after]).astype(float), 200.0, CUE, rest)
        assert held is not None and held.ended == CUE + 600
        assert -10 < held.begun - len(before) < 70


def test_a_release_is_found_and_a_short_dip_is_none() -> None:
    rng = np.random.default_rng(0)
    loud = np.ones(800)
    loud[300:700] = 20
    loud[480:500] = 1  # 0.1 s
    held = find_held(rng.normal(size=(800, 8)) * loud[:, None], 200.0, CUE, 1.1)
    assert held is not None and abs(held.begun - 300) < 15 and abs(held.ended - 700) < 15


def test_an_arm_that_stays_quiet_held_nothing() -> None:
    still = np.random.default_rng(0).normal(size=(800, 8))
    assert find_held(still, 200.0, CUE, 1.3) is None
    assert find_held(still[:100], 200.0, CUE, 0.1) is None


def test_the_envelope_of_steady_noise_is_its_mean_change_up_to_the_edges() -> None:
    steady = np.tile([[0.0], [2.0]], (100, 4))
    assert np.allclose(envelope(steady, 200.0)[20:-20], 2.0)
