"""One pre-norm transformer layer, written so that both converters keep it simple."""

import torch
from torch import Tensor, nn


class Weigh(nn.Module):
    """How attention's logits become weights; what silences pathways takes this place."""

    def forward(self, logits: Tensor, start: int) -> Tensor:
        """(batch, head, query, key) to the same; `start` is the first token's place among all tokens."""
        return logits.softmax(-1)


class Attention(nn.Module):
    """Multi-head self-attention over all tokens given (Vaswani et al., 2017).

    Query, key and value have a matrix each: heads can then be cut out, which a fused matrix does not allow.
    The output has no bias: weights sum to one, so that the values' bias does the same, and a token whose keys
    are all silenced gets exactly nothing.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width, bias=False)
        self.weigh: nn.Module = Weigh()

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """(batch, token, width) to the same."""
        return self.mix(self.weights(x, start), self.values(x))

    def weights(self, x: Tensor, start: int = 0) -> Tensor:
        """How much every query takes from every key, (batch, head, query, key)."""
        query, key = self._by_head(self.query(x)), self._by_head(self.key(x))
        weights: Tensor = self.weigh((query * self.size**-0.5) @ key.transpose(-1, -2), start)
        return weights

    def values(self, x: Tensor) -> Tensor:
        """What every key has to give, (batch, head, key, width / head)."""
        return self._by_head(self.value(x))

    def mix(self, weights: Tensor, values: Tensor) -> Tensor:
        """(batch, token, width): linear in the weights, so that parts of them give parts of the output."""
        batch, heads, tokens, size = values.shape
        mixed: Tensor = self.out((weights @ values).transpose(1, 2).reshape(batch, tokens, heads * size))
        return mixed

    def _by_head(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], x.shape[1], self.heads, self.size).transpose(1, 2)


class Layer(nn.Module):
    """Attention and a two-layer perceptron, each behind a LayerNorm and beside a residual path."""

    def __init__(self, width: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.norm_attention, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.norm_hidden = nn.LayerNorm(width)
        # ReLU: as accurate here as GELU and a little faster in both engines
        self.hidden, self.back = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """(batch, token, width) to the same; `start` is the first token's place among all tokens."""
        x = x + self.dropout(self.attention(self.norm_attention(x), start))
        after: Tensor = x + self.dropout(self.back(torch.relu(self.hidden(self.norm_hidden(x)))))
        return after
