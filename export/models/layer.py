"""One pre-norm transformer layer, written so that both converters keep it simple."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of one layer. No heads: it has no attention; nothing hidden: it has no perceptron (pruned ones may)."""

    width: int
    heads: int
    head: int  # width of one head
    hidden: int
    dropout: float


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

    def __init__(self, width: int, heads: int, head: int) -> None:
        super().__init__()
        self.heads, self.size = heads, head
        self.query = nn.Linear(width, heads * head)
        self.key = nn.Linear(width, heads * head)
        self.value = nn.Linear(width, heads * head)
        self.out = nn.Linear(heads * head, width, bias=False)
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

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width = sizes.width
        self.attends, self.thinks = sizes.heads > 0, sizes.hidden > 0
        if self.attends:
            self.norm_attention = nn.LayerNorm(width)
            self.attention = Attention(width, sizes.heads, sizes.head)
        if self.thinks:
            self.norm_hidden = nn.LayerNorm(width)
            # ReLU: as accurate here as GELU and a little faster in both engines
            self.hidden, self.back = nn.Linear(width, sizes.hidden), nn.Linear(sizes.hidden, width)
        self.dropout = nn.Dropout(sizes.dropout)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """(batch, token, width) to the same; `start` is the first token's place among all tokens."""
        if self.attends:
            x = x + self.dropout(self.attention(self.norm_attention(x), start))
        if self.thinks:
            x = x + self.dropout(self.back(torch.relu(self.hidden(self.norm_hidden(x)))))
        return x
