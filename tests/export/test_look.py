"""A look tells what the network adds, and a masked channel counts neither in calibration nor in test."""

import numpy as np
import pytest
import torch

from myoedge.export.look import HeldOut, touched
from myoedge.export.pool import Group, Pool
from myoedge.export.prior import within_class

FEATURES = ("log_time_domain",)
LABELS = ("rest", "fist", "wave")


def loud(gain: float, loud_at: tuple[int, ...] = (0, 2, 4)) -> Pool:
    """Two people, one held out; each label makes one channel loud by `gain`."""
    rng = np.random.default_rng(0)
    emg: list[np.ndarray] = []
    groups = []
    for person in ("anna", "ben"):
        by = {}
        for label, channel in zip(LABELS, loud_at, strict=True):
            for number in range(2):
                start = sum(map(len, emg))
                x = rng.standard_normal((10, 40, 8)) * 5
                x[..., channel] *= gain
                emg.append(x)
                by[label, number] = np.arange(start, start + 10)
        groups.append(Group("myo-uci", person, by, LABELS, (0, 1), 60))
    samples = np.concatenate(emg).astype(np.float32)
    imu = np.zeros((len(samples), 10, 6), np.float32)
    return Pool(samples, imu, (groups[0],), (groups[1],), np.zeros(0, np.intp), ())


class Loudness(torch.nn.Module):
    """Log power of some channels as its embedding."""

    def __init__(self, *channels: int) -> None:
        super().__init__()
        self.channels = list(channels)

    def forward(
        self, emg: torch.Tensor, imu: torch.Tensor, features: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        return features[:, :3], torch.log(emg.abs().mean(1) + 0.5)[:, self.channels]


def held_out(pool: Pool) -> HeldOut:
    return HeldOut(pool, FEATURES, within_class(pool, FEATURES))


def test_it_tells_the_network_from_the_closed_form() -> None:
    pool = loud(10.0)
    seen, blind = held_out(pool)(Loudness(0, 2, 4)), held_out(pool)(Loudness(1, 3))
    assert seen.network == pytest.approx(1.0) and seen.closed_form == blind.closed_form == pytest.approx(1.0)
    assert blind.network < 0.6


def test_what_rests_on_a_masked_channel_is_lost() -> None:
    pool = loud(10.0)
    look = held_out(pool)
    prior = look.prior(Loudness(0, 1, 2, 4))
    before = pool.emg.copy()
    assert look(Loudness(0, 1, 2, 4), dead=(5, 6), prior=prior).both == pytest.approx(1.0)
    assert look(Loudness(0, 1, 2, 4), dead=(0, 2), prior=prior).both < 0.9
    np.testing.assert_array_equal(pool.emg, before)


def test_masked_features_are_those_of_the_channel() -> None:
    assert touched(FEATURES, 8, ()).sum() == 0
    np.testing.assert_array_equal(np.flatnonzero(touched(FEATURES, 8, (3,))), [3, 11, 19, 27])


def test_nobody_held_out_reaches_nothing() -> None:
    pool = loud(10.0)
    alone = Pool(pool.emg, pool.imu, pool.groups, (), pool.with_imu, ())
    assert held_out(pool)(Loudness(0), alone).both == 0.0
