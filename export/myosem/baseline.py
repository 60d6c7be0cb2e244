"""Another encoder in MyoSem's place: one vector for all views, the same texts, loss and splits."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from myoedge.export.myosem.baselines import build_baseline
from myoedge.export.myosem.queries import VIEWS, QueryPlan, TextSide


class Baseline(nn.Module):
    """Trained and asked as MyoSem is."""

    def __init__(self, name: str, sentence: int) -> None:
        super().__init__()
        plan = QueryPlan()
        self.encoder = build_baseline(name, plan.space)
        self.text_side = TextSide(sentence, plan)

    def windows(self, x: Tensor, waves: Tensor) -> Tensor:
        """(batch, time, channel) and (batch, channel, wave) to (batch, view, space), views alike."""
        return F.normalize(self.encoder(x, waves), dim=-1).unsqueeze(1).expand(-1, VIEWS, -1)

    def texts(self, vectors: Tensor) -> Tensor:
        """(action, view, sentence) to (action, view, space)."""
        found: Tensor = self.text_side(vectors)
        return found


class ClosedSet(nn.Module):
    """A classifier of the taught actions, its text side a table: an upper reference where all were taught.

    It has no place for an action that it was not taught.
    """

    def __init__(self, encoder: nn.Module, actions: int, width: int) -> None:
        super().__init__()
        self.encoder, self.table = encoder, nn.Parameter(torch.randn(actions, 1, width))

    def windows(self, x: Tensor, waves: Tensor) -> Tensor:
        """(batch, time, channel) and (batch, channel, wave) to (batch, 1, width)."""
        return F.normalize(self.encoder(x, waves), dim=-1).unsqueeze(1)

    def texts(self, vectors: Tensor) -> Tensor:
        """(action, view, sentence), which is not looked at, to (action, 1, width)."""
        return F.normalize(self.table, dim=-1)
