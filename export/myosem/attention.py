"""Attention of queries over tokens whose keys weigh more where the muscle is active."""

import torch
from torch import Tensor, nn


class Attention(nn.Module):
    """Multi-head attention with a bias a key, as (batch, key) log weights."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.out = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, queries: Tensor, tokens: Tensor, bias: Tensor | None) -> Tensor:
        """(batch, query, width) and (batch, token, width) to (batch, query, width)."""
        weights = self.weights(queries, tokens, bias)
        mixed = (weights @ self._by_head(self.value(tokens))).transpose(1, 2)
        found: Tensor = self.out(mixed.reshape(queries.shape))
        return found

    def weights(self, queries: Tensor, tokens: Tensor, bias: Tensor | None) -> Tensor:
        """How much each query takes from each token, (batch, head, query, token)."""
        logits = self._by_head(self.query(queries)) @ self._by_head(self.key(tokens)).transpose(-1, -2)
        logits = logits * self.size**-0.5
        weights: Tensor = (logits if bias is None else logits + bias[:, None, None, :]).softmax(-1)
        return weights

    def _by_head(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], x.shape[1], self.heads, self.size).transpose(1, 2)


class Block(nn.Module):
    """Self-attention, then (for queries) attention to tokens, then a perceptron; each behind a LayerNorm."""

    def __init__(self, width: int, heads: int, hidden: int, dropout: float, reads: bool) -> None:
        super().__init__()
        self.norm_own, self.own = nn.LayerNorm(width), Attention(width, heads)
        self.reads = reads
        if reads:
            self.norm_read, self.read = nn.LayerNorm(width), Attention(width, heads)
        self.norm_hidden = nn.LayerNorm(width)
        self.hidden, self.back = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor | None, tokens: Tensor | None = None) -> Tensor:
        """(batch, token, width) to the same; `bias` is of x's own keys, or of `tokens` where it reads."""
        own = self.norm_own(x)
        x = x + self.dropout(self.own(own, own, None if self.reads else bias))
        if self.reads and tokens is not None:
            x = x + self.dropout(self.read(self.norm_read(x), tokens, bias))
        done: Tensor = x + self.dropout(self.back(torch.relu(self.hidden(self.norm_hidden(x)))))
        return done
