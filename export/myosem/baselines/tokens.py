"""Transformers over other tokens: patches of all channels, spectra or patches of each channel.

After the ideas of Dosovitskiy et al. 2021, Yang et al. 2023 (BIOT: spectra) and Jiang et al. 2024 (LaBraM:
patches of a channel), at the size of the network they are held against.
"""

import torch
from torch import Tensor, nn

from myoedge.export.myosem.baselines.band import CHANNELS, eight

PATCH, LONG, WIDTH, LAYERS, HEADS, HIDDEN = 10, 40, 96, 3, 4, 192


class _Transformer(nn.Module):
    """Tokens to their mean."""

    def __init__(self, length: int) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, HIDDEN, 0.1, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, LAYERS, nn.LayerNorm(WIDTH), enable_nested_tensor=False)
        self.out = nn.Linear(WIDTH, length)

    def forward(self, tokens: Tensor) -> Tensor:
        found: Tensor = self.out(self.layers(tokens).mean(1))
        return found


class Patches(nn.Module):
    """50 ms of all channels a token."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.first = nn.Linear(PATCH * CHANNELS, WIDTH)
        self.place = nn.Parameter(torch.randn(64, WIDTH) * 0.02)
        self.rest = _Transformer(length)

    def forward(self, x: Tensor, waves: Tensor) -> Tensor:
        """(batch, time, channel) to (batch, length)."""
        tokens = self.first(eight(x, waves).reshape(len(x), -1, PATCH * CHANNELS))
        found: Tensor = self.rest(tokens + self.place[: tokens.shape[1]])
        return found


class _ByChannel(nn.Module):
    """A token for each channel and each 200 ms, with its place in both."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.channel = nn.Parameter(torch.randn(CHANNELS, 1, WIDTH) * 0.02)
        self.place = nn.Parameter(torch.randn(1, 32, WIDTH) * 0.02)
        self.rest = _Transformer(length)

    def forward(self, x: Tensor, waves: Tensor) -> Tensor:
        """(batch, time, channel) to (batch, length)."""
        patches = (
            eight(x, waves).transpose(1, 2).reshape(len(x), CHANNELS, -1, LONG)
        )  # (batch, channel, patch, time)
        tokens = self.told(patches) + self.channel + self.place[:, : patches.shape[2]]
        found: Tensor = self.rest(tokens.flatten(1, 2))
        return found

    def told(self, patches: Tensor) -> Tensor:
        raise NotImplementedError


class Spectra(_ByChannel):
    """The logarithm of each patch's spectrum."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.first = nn.Linear(LONG // 2 + 1, WIDTH)

    def told(self, patches: Tensor) -> Tensor:
        window = torch.hann_window(LONG, device=patches.device)
        found: Tensor = self.first((torch.fft.rfft(patches * window).abs() + 1e-3).log())
        return found


class ChannelPatches(_ByChannel):
    """Convolutions within each patch."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.convolve = nn.Sequential(
            nn.Conv1d(1, 16, 7, stride=2, padding=3),
            nn.GELU(),
            nn.Conv1d(16, 16, 5, stride=2, padding=2),
            nn.GELU(),
        )
        self.first = nn.Linear(16 * LONG // 4, WIDTH)

    def told(self, patches: Tensor) -> Tensor:
        batch, channels, count, _ = patches.shape
        seen = self.convolve(patches.reshape(-1, 1, LONG))
        found: Tensor = self.first(seen.reshape(batch, channels, count, -1))
        return found
