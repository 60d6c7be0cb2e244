"""How strongly and how suddenly each muscle acts: the stream that conditions tokens and opens their gates."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FLOOR = 0.02  # of a strong contraction: what lies below is noise. Our choice
LEAST_GATE = 1e-4  # a token at rest still counts so much (papers: none given; our choice)


def envelope(x: Tensor, samples: int) -> Tensor:
    """Root mean square over patches, (batch, time, channel) to (batch, patch, channel)."""
    squares = x.square().transpose(1, 2)
    return F.avg_pool1d(squares, samples).transpose(1, 2).clamp_min(1e-8).sqrt()


def log_level(level: Tensor) -> Tensor:
    """0 at a strong contraction, about -4 at rest."""
    return (level + FLOOR).log()


def rises(log: Tensor) -> Tensor:
    """Change since the patch before; none for the first."""
    return torch.cat([torch.zeros_like(log[:, :1]), log[:, 1:] - log[:, :-1]], dim=1)


class Condition(nn.Module):
    """Scale and shift of every token by what the muscles do in its time (as FiLM, Perez et al. 2018)."""

    def __init__(self, seen: int, width: int) -> None:
        super().__init__()
        last = nn.Linear(width, 2 * width)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.mlp = nn.Sequential(nn.Linear(seen, width), nn.ReLU(), last)

    def forward(self, tokens: Tensor, seen: Tensor) -> Tensor:
        """(batch, token, width) and (batch, token, seen) to (batch, token, width)."""
        scale, shift = self.mlp(seen).chunk(2, dim=-1)
        conditioned: Tensor = tokens * (1 + scale) + shift
        return conditioned


class Gate(nn.Module):
    """How active a token is, from the mean and the largest level and the size of its change."""

    def __init__(self) -> None:
        super().__init__()
        last = nn.Linear(16, 1)
        nn.init.constant_(last.bias, 2.0)  # all open at first
        self.mlp = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), last)

    def forward(self, log: Tensor, change: Tensor) -> Tensor:
        """(batch, patch, channel) each, to the log of the gate, (batch, patch)."""
        told = torch.stack([log.mean(-1), log.amax(-1), change.abs().mean(-1)], dim=-1)
        gate: Tensor = (torch.sigmoid(self.mlp(told)) + LEAST_GATE).log().squeeze(-1)
        return gate
