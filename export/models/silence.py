"""Silence: attention's weights with some pathways cut, before or after the softmax.

Silencing groups of pathways is the Isolation Network's idea (IsoNet, arXiv 2506.16744); the mechanics are
ours.
"""

import torch
from torch import Tensor

from myoedge.edge.errors import UsageError
from myoedge.export.models.layer import Weigh

STAGES = ("before", "after")  # the softmax


class Silence(Weigh):
    """Takes the place of an attention's `weigh`; `cut` is bool (head, token, token) over all tokens.

    "before": what is left is weighted anew to a sum of one; "after": what is left keeps its weight, so that
    the parts of two halves add up. A token that loses all its keys reads nothing, exactly zero.
    """

    cut: Tensor

    def __init__(self, cut: Tensor, stage: str = "before") -> None:
        super().__init__()
        if stage not in STAGES:
            raise UsageError(f"silencing {stage!r} the softmax; wanted one of {', '.join(STAGES)}")
        self.stage = stage
        self.register_buffer("cut", cut, persistent=False)

    def forward(self, logits: Tensor, start: int) -> Tensor:
        """(batch, head, query, key) to weights of the same shape."""
        stop = start + logits.shape[-1]
        cut = self.cut[:, start:stop, start:stop]
        if self.stage == "before":
            # The least number, not minus infinity: a row without keys then has weights, which go below.
            logits = logits.masked_fill(cut, torch.finfo(logits.dtype).min)
        return logits.softmax(-1).masked_fill(cut, 0.0)
