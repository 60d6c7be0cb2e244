"""Turning, mirroring and losing a lead do to windows what they do to a band."""

import numpy as np
import pytest

from myoedge.export.augment import Wearing, draw_wearing, drift, turned, wear_emg, wear_imu

WINDOWS = np.random.default_rng(0).standard_normal((5, 400, 8)).astype(np.float32) * 20


def plain(**changes: object) -> Wearing:
    settings: dict[str, object] = {
        "turn": 0.0,
        "mirrored": False,
        "gain": np.ones(8),
        "dropped": None,
        "tilt": np.eye(3),
        **changes,
    }
    return Wearing(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("whole", [0, 1, 5, 8])
def test_a_turn_by_whole_channels_moves_them(whole: int) -> None:
    np.testing.assert_allclose(turned(WINDOWS, whole), np.roll(WINDOWS, whole, -1), atol=1e-5)


def test_a_turn_by_half_a_channel_keeps_the_power_of_independent_channels() -> None:
    assert turned(WINDOWS, 2.5).std() == pytest.approx(WINDOWS.std(), rel=0.05)


def test_a_mirrored_band_reads_its_channels_backwards() -> None:
    rng = np.random.default_rng(1)
    worn = wear_emg(WINDOWS, plain(mirrored=True), rng, noise=0.0)
    np.testing.assert_allclose(worn, WINDOWS[..., ::-1], atol=1e-5)


def test_a_lost_lead_is_zero_even_with_noise() -> None:
    worn = wear_emg(WINDOWS, plain(dropped=3), np.random.default_rng(1))
    assert not worn[..., 3].any()
    assert worn[..., 2].any()


def test_tilting_keeps_the_length_of_gravity() -> None:
    imu = np.zeros((1, 2000, 6), np.float32)
    imu[..., 2] = 1
    tilt = draw_wearing(np.random.default_rng(2)).tilt
    worn = wear_imu(imu, plain(tilt=tilt), np.random.default_rng(3))
    assert np.linalg.norm(worn.mean(axis=1)[0, :3]) == pytest.approx(1, abs=0.01)
    assert np.abs(worn[..., :3].mean(axis=1)[0] - [0, 0, 1]).max() > 0.02


def test_only_a_band_about_where_it_was_keeps_other_peoples_labels() -> None:
    assert plain(turn=0.4).as_recorded
    assert plain(turn=7.5).as_recorded
    assert not plain(turn=3.0).as_recorded
    assert not plain(mirrored=True).as_recorded


def test_the_same_donning_drifts_little() -> None:
    rng = np.random.default_rng(4)
    wearing = plain()
    later = [drift(wearing, rng) for _ in range(200)]
    assert np.median([abs(one.turn) for one in later]) == 0
    assert max(abs(one.turn) for one in later) < 2
    assert all(not one.mirrored for one in later)
