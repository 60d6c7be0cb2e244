"""MyoSem as one network: windows and texts in one space, every part switchable."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from myoedge.export.myosem.encoder import Encoder, EncoderPlan
from myoedge.export.myosem.queries import Queries, QueryPlan, TextSide


@dataclass(frozen=True, slots=True)
class Plan:
    """Of the whole network. `project`: texts pass a trained map; else they stay as the encoder gave them."""

    encoder: EncoderPlan = field(default_factory=EncoderPlan)
    queries: QueryPlan = field(default_factory=QueryPlan)
    project: bool = True


class MyoSem(nn.Module):
    """`windows` and `texts` give unit vectors a view; their product is how well a text fits."""

    def __init__(self, plan: Plan, sentence: int) -> None:
        """`sentence`: length of the frozen sentence vectors."""
        super().__init__()
        self.plan = plan
        one = plan.encoder
        queries = (
            plan.queries if plan.project else QueryPlan(plan.queries.queries, plan.queries.blocks, sentence)
        )
        self.encoder = Encoder(one)
        self.queries = Queries(queries, one.width, one.heads, one.hidden, one.dropout)
        self.text_side = TextSide(sentence, queries) if plan.project else None

    def windows(self, x: Tensor, waves: Tensor) -> Tensor:
        """(batch, time, channel) and (batch, channel, wave) to (batch, view, space)."""
        found: Tensor = self.queries(*self.encoder(x, waves))
        return found

    def texts(self, vectors: Tensor) -> Tensor:
        """(action, view, sentence) to (action, view, space)."""
        if self.text_side is None:
            return torch.nn.functional.normalize(vectors, dim=-1)
        found: Tensor = self.text_side(vectors)
        return found
