"""Hudgins' time-domain features (IEEE TBME 40(1) 1993) of five fifths of a window, and a perceptron."""

import torch
from torch import Tensor, nn

from myoedge.export.myosem.baselines.band import CHANNELS, eight

PARTS = 5
HIDDEN = 256


class Hudgins(nn.Module):
    def __init__(self, length: int) -> None:
        super().__init__()
        told = 4 * CHANNELS * PARTS
        self.norm = nn.BatchNorm1d(told)
        self.mlp = nn.Sequential(
            nn.Linear(told, HIDDEN), nn.ReLU(), nn.Dropout(0.2), nn.Linear(HIDDEN, HIDDEN), nn.ReLU()
        )
        self.out = nn.Linear(HIDDEN, length)

    def forward(self, x: Tensor, waves: Tensor) -> Tensor:
        """(batch, time, channel) to (batch, length)."""
        parts = eight(x, waves).reshape(len(x), PARTS, -1, CHANNELS)  # (batch, part, time, channel)
        steps = parts[:, :, 1:] - parts[:, :, :-1]
        crossed = (parts[:, :, 1:] * parts[:, :, :-1] < 0).float()
        turned = (steps[:, :, 1:] * steps[:, :, :-1] < 0).float()
        told = [parts.abs().mean(2), steps.abs().mean(2), crossed.mean(2), turned.mean(2)]
        found: Tensor = self.out(self.mlp(self.norm(torch.stack(told, dim=1).flatten(1))))
        return found
