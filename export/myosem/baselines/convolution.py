"""Convolutions over time: plain, and with channels weighed by squeeze and excitation (Hu et al. 2018)."""

import torch
from torch import Tensor, nn

from myoedge.export.myosem.baselines.band import CHANNELS, eight

WIDTHS = (64, 128, 128)


class _Weighed(nn.Module):
    """Each feature times a share that the mean of all features decides."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Linear(width, width // 8), nn.ReLU(), nn.Linear(width // 8, width), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        weighed: Tensor = x * self.mlp(x.mean(-1)).unsqueeze(-1)
        return weighed


class Convolution(nn.Module):
    weighed = False

    def __init__(self, length: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = CHANNELS
        for width in WIDTHS:
            layers += [nn.Conv1d(before, width, 9, stride=2, padding=4), nn.BatchNorm1d(width), nn.ReLU()]
            layers += [_Weighed(width)] if self.weighed else []
            before = width
        self.layers, self.out = nn.Sequential(*layers, nn.Dropout(0.2)), nn.Linear(2 * before, length)

    def forward(self, x: Tensor, waves: Tensor) -> Tensor:
        """(batch, time, channel) to (batch, length)."""
        seen = self.layers(eight(x, waves).transpose(1, 2))
        found: Tensor = self.out(torch.cat([seen.mean(-1), seen.amax(-1)], dim=-1))
        return found


class Squeeze(Convolution):
    weighed = True
