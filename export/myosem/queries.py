"""Semantic queries: learned questions, one for each view of the texts, that read what the muscles did."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from myoedge.export.myosem.attention import Block

VIEWS = 4
LARGEST_SCALE = 100.0  # of the logits, as in CLIP (Radford et al. 2021)


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """Sizes and switches; all our choice."""

    queries: int = VIEWS  # 0: the gated mean of all tokens instead of questions
    blocks: int = 2
    space: int = 128  # length of a vector in the common space


class Queries(nn.Module):
    """Tokens to one unit vector a view, (batch, view, space)."""

    def __init__(self, plan: QueryPlan, width: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.plan = plan
        self.asked = nn.Parameter(torch.randn(max(plan.queries, 1), width) * 0.02)
        blocks = plan.blocks if plan.queries else 0
        self.blocks = nn.ModuleList(Block(width, heads, hidden, dropout, reads=True) for _ in range(blocks))
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, plan.space)

    def forward(self, tokens: Tensor, gate: Tensor | None) -> Tensor:
        """(batch, token, width) to (batch, view, space); views without a query take the queries' mean."""
        if self.plan.queries:
            x = self.asked.expand(len(tokens), -1, -1)
            for block in self.blocks:
                x = block(x, gate, tokens)
        else:
            weights = torch.full_like(tokens[..., 0], 0.0).softmax(-1) if gate is None else gate.softmax(-1)
            x = (weights.unsqueeze(1) @ tokens).expand(-1, 1, -1)
        found = self.out(self.norm(x))
        if found.shape[1] != VIEWS:
            found = found.mean(1, keepdim=True).expand(-1, VIEWS, -1)
        return F.normalize(found, dim=-1)


class TextSide(nn.Module):
    """Frozen sentence vectors to the common space by two layers; one for all views."""

    def __init__(self, width: int, plan: QueryPlan, hidden: int = 256, dropout: float = 0.1) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, hidden),
            nn.ReLU(),
            nn.LayerNorm(hidden),
            nn.Dropout(dropout),
            nn.Linear(hidden, plan.space),
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """(action, view, width) to unit vectors (action, view, space)."""
        return F.normalize(self.layers(vectors), dim=-1)


def prototype(views: Tensor) -> Tensor:
    """(..., view, space) to the unit mean over views, (..., space)."""
    return F.normalize(views.mean(-2), dim=-1)
