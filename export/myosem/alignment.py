"""What training asks for: windows near the texts of their action, view by view, and texts' likeness kept."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from myoedge.export.myosem.queries import LARGEST_SCALE, prototype

FIRST_TEMPERATURE = 0.07  # as in CLIP


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the losses; all our choice. `many`: every window of an action is its text's positive, not one."""

    view: float = 0.5
    structure: float = 0.1
    many: bool = True


class Alignment(nn.Module):
    """The loss of a batch of windows against the texts of all actions in training."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.weights = weights
        self.scale = nn.Parameter(torch.tensor(1 / FIRST_TEMPERATURE).log())

    def forward(self, windows: Tensor, texts: Tensor, truth: Tensor) -> Tensor:
        """`windows` (batch, view, space), `texts` (action, view, space), `truth` (batch,) of the actions."""
        scale = self.scale.exp().clamp(max=LARGEST_SCALE)
        loss = self._both_ways(prototype(windows), prototype(texts), truth, scale)
        if self.weights.view:
            views = [
                self._both_ways(windows[:, view], texts[:, view], truth, scale)
                for view in range(windows.shape[1])
            ]
            loss = loss + self.weights.view * torch.stack(views).mean()
        if self.weights.structure:
            loss = loss + self.weights.structure * _structure(
                prototype(windows), prototype(texts), truth, scale
            )
        return loss

    def _both_ways(self, windows: Tensor, texts: Tensor, truth: Tensor, scale: Tensor) -> Tensor:
        """Windows to texts, and texts to windows (InfoNCE; with all positives, as in supervised contrast)."""
        logits = scale * windows @ texts.T  # (batch, action)
        there = F.one_hot(truth, len(texts)).T.float()  # (action, batch)
        met = there.sum(1) > 0
        there = there[met]
        if not self.weights.many:
            there = F.one_hot(there.argmax(1), there.shape[1]).float()
        share = there / there.sum(1, keepdim=True)
        back = -(share * logits.T[met].log_softmax(1)).sum(1).mean()
        return (F.cross_entropy(logits, truth) + back) / 2


def _structure(windows: Tensor, texts: Tensor, truth: Tensor, scale: Tensor) -> Tensor:
    """Actions that texts call alike shall look alike: likeness of class means against that of texts."""
    seen, place = torch.unique(truth, return_inverse=True)
    if len(seen) < 2:
        return windows.new_zeros(())
    sums = windows.new_zeros(len(seen), windows.shape[1]).index_add(0, place, windows)
    means = F.normalize(sums, dim=-1)
    there = texts[seen]
    wanted = (scale.detach() * there @ there.T).log_softmax(-1).detach()
    found = (scale.detach() * means @ means.T).log_softmax(-1)
    return F.kl_div(found, wanted, log_target=True, reduction="batchmean")
