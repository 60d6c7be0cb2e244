"""Any band becomes one of eight, a straight one of eight stays as it is."""

import pytest
import torch

from myoedge.edge.errors import UsageError
from myoedge.export.myosem.baselines import build_baseline
from myoedge.export.myosem.baselines.band import eight
from myoedge.export.myosem.ring import Seat, places, waves


def test_a_straight_band_of_eight_stays_and_a_turned_one_is_turned_back() -> None:
    x = torch.randn(2, 20, 8)
    straight = torch.from_numpy(waves(places("x", 8))).expand(2, -1, -1)
    turned = torch.from_numpy(waves(places("x", 8), Seat(2 / 8))).expand(2, -1, -1)
    assert torch.allclose(eight(x, straight), x, atol=1e-5)
    assert torch.allclose(eight(x.roll(-2, -1), turned), x, atol=1e-5)


def test_sixteen_channels_become_eight_of_the_same_height() -> None:
    seen = torch.from_numpy(waves(places("x", 16))).expand(1, -1, -1)
    assert torch.allclose(eight(torch.ones(1, 5, 16), seen), torch.ones(1, 5, 8), atol=1e-5)


def test_an_unknown_baseline_is_refused() -> None:
    with pytest.raises(UsageError, match="hudgins"):
        build_baseline("oracle", 8)
