"""Brings any band to eight channels, since these networks know no other shape."""

import math

import torch
from torch import Tensor

CHANNELS = 8


def eight(x: Tensor, waves: Tensor) -> Tensor:
    """(batch, time, channel) and what each channel's place is, (batch, channel, wave), to (batch, time, 8).

    In a line between neighbours round the arm; a straight band of eight stays as it is.
    """
    angle = torch.atan2(waves[..., 2], waves[..., 1])  # of the first wave: the electrode's own
    wanted = torch.arange(CHANNELS, device=x.device) * (2 * math.pi / CHANNELS)
    apart = angle.unsqueeze(-1) - wanted
    apart = torch.atan2(apart.sin(), apart.cos()).abs() / (2 * math.pi / CHANNELS)
    share = (1 - apart).clamp_min(0)  # (batch, channel, 8)
    share = share / share.sum(1, keepdim=True).clamp_min(1e-6)
    return x @ share
