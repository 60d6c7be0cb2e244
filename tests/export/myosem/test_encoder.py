"""Tokens and gates of any band; parts can be switched off; a turned band whose seat is known is no other."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from myoedge.export.myosem.encoder import Encoder, EncoderPlan
from myoedge.export.myosem.ring import STRAIGHT, Seat, places, waves

SMALL = EncoderPlan(width=16, stem=8, layers=1, heads=2, hidden=16)


def _seen(channels: int, batch: int, seat: Seat = STRAIGHT) -> torch.Tensor:
    return torch.from_numpy(waves(places("x", channels), seat)).expand(batch, -1, -1)


@pytest.mark.parametrize("channels", [8, 10, 64])
def test_any_number_of_channels_gives_tokens(channels: int) -> None:
    tokens, gate = Encoder(SMALL)(torch.randn(3, 200, channels), _seen(channels, 3))
    assert tokens.shape == (3, 20, 16) and gate is not None and gate.shape == (3, 20)


def test_a_turned_band_whose_seat_is_known_gives_the_same_tokens() -> None:
    model = Encoder(SMALL).eval()
    x = torch.randn(2, 200, 8)
    straight, _ = model(x, _seen(8, 2))
    turned, _ = model(x.roll(-3, -1), _seen(8, 2, Seat(3 / 8)))
    assert torch.allclose(straight, turned, atol=1e-5)


@pytest.mark.parametrize("part", ["raw", "stream", "gate"])
def test_each_part_can_be_switched_off(part: str) -> None:
    torch.manual_seed(0)
    without = Encoder(replace(SMALL, **{part: False}))
    tokens, gate = without(torch.randn(2, 200, 8), _seen(8, 2))
    assert tokens.shape == (2, 20, 16) and (gate is None) == (part == "gate")
    assert sum(p.numel() for p in without.parameters()) < sum(p.numel() for p in Encoder(SMALL).parameters())


def test_a_silent_token_whose_gate_is_shut_is_read_by_nobody() -> None:
    model: Any = Encoder(SMALL).eval()
    first, last = model.gate.mlp[0], model.gate.mlp[2]
    with torch.no_grad():
        first.weight.zero_()
        first.bias.zero_()
        first.weight[:, 1] = 1  # the largest level alone
        first.bias.fill_(2)
        last.weight.fill_(2)  # open at a strong contraction, shut at rest
        last.bias.fill_(-9)
        x = torch.randn(1, 200, 8)
        x[:, :100] *= 0.001
        _, gate = model(x, _seen(8, 1))
        weights = model.blocks[0].own.weights(torch.randn(1, 20, 16), torch.randn(1, 20, 16), gate)
    assert gate is not None and float(gate[0, :10].max()) < -6 < -1 < float(gate[0, 10:].min())
    assert float(weights[..., :10].sum(-1).max()) < 0.05
