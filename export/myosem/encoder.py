"""The activation-aware EMG encoder: channels round the arm to tokens in time, and how active each is.

MyoSem (arXiv 2606.00174) names the parts; their form and sizes are our choice. Every part can be switched
off, which is how its worth is measured.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from myoedge.export.myosem.activation import Condition, Gate, envelope, log_level, rises
from myoedge.export.myosem.attention import Block
from myoedge.export.myosem.ring import HARMONICS

RATE_HZ = 200.0  # of the signal as it enters
PATCH = 10  # samples of a token: 50 ms


@dataclass(frozen=True, slots=True)
class EncoderPlan:
    """Sizes and switches; all our choice."""

    samples: int = 200  # of a window
    width: int = 96
    stem: int = 32
    layers: int = 3
    heads: int = 4
    hidden: int = 192
    dropout: float = 0.1
    raw: bool = True  # samples of a patch beside its levels
    stream: bool = True  # the activation stream: tokens are conditioned by it
    gate: bool = True  # in attention and pooling

    @property
    def tokens(self) -> int:
        return self.samples // PATCH


class Stem(nn.Module):
    """One patch of one channel to a few numbers, the same for every channel, then waves round the arm."""

    def __init__(self, plan: EncoderPlan) -> None:
        super().__init__()
        self.raw = plan.raw
        self.first = nn.Linear(3 + (PATCH if plan.raw else 0), plan.stem)
        self.second = nn.Linear((2 * HARMONICS + 1) * plan.stem, plan.width)

    def forward(self, x: Tensor, waves: Tensor) -> Tensor:
        """(batch, time, channel) and (batch, channel, wave) to (batch, patch, width)."""
        told = self.first(self._told(x)).relu()  # (batch, patch, channel, stem)
        mixed = waves.transpose(1, 2).unsqueeze(1) @ told  # (batch, patch, wave, stem)
        found: Tensor = self.second(mixed.flatten(2))
        return found

    def _told(self, x: Tensor) -> Tensor:
        batch, time, channels = x.shape
        patches = x.reshape(batch, time // PATCH, PATCH, channels).transpose(2, 3)
        halves = log_level(envelope(x, PATCH // 2)).reshape(batch, time // PATCH, 2, channels)
        steps = (patches[..., 1:] - patches[..., :-1]).abs().mean(-1, keepdim=True)
        told = [halves.transpose(2, 3), log_level(steps)]
        if self.raw:
            told.append(patches / (patches.abs() + 0.5))
        return torch.cat(told, dim=-1)


class Encoder(nn.Module):
    """Window to tokens and the log of their gates."""

    def __init__(self, plan: EncoderPlan) -> None:
        super().__init__()
        self.plan = plan
        self.stem = Stem(plan)
        self.place = nn.Parameter(torch.randn(plan.tokens, plan.width) * 0.02)
        if plan.stream:
            self.condition = Condition(2 * (2 * HARMONICS + 1), plan.width)
        if plan.gate:
            self.gate = Gate()
        self.blocks = nn.ModuleList(
            Block(plan.width, plan.heads, plan.hidden, plan.dropout, reads=False) for _ in range(plan.layers)
        )
        self.norm = nn.LayerNorm(plan.width)

    def forward(self, x: Tensor, waves: Tensor) -> tuple[Tensor, Tensor | None]:
        """(batch, time, channel), 1 a strong contraction, and (batch, channel, wave) to tokens (batch, token,
        width) and the log of their gates (batch, token), None where gates are off."""
        log = log_level(envelope(x, PATCH))
        change = rises(log)
        tokens = self.stem(x, waves) + self.place
        if self.plan.stream:
            tokens = self.condition(tokens, torch.cat([log @ waves, change @ waves], dim=-1))
        gate = self.gate(log, change) if self.plan.gate else None
        for block in self.blocks:
            tokens = block(tokens, gate)
        return self.norm(tokens), gate
