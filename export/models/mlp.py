"""The multimodal perceptron: a branch a modality, fused by a linear map of all branches together.

IsoNet's baseline (arXiv 2506.16744) by its name; every size here is ours.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from myoedge.edge.errors import UsageError
from myoedge.export.models.inlet import FeatureInlet, Inlet, StreamInlet
from myoedge.export.models.tokeniser import Shapes, TokenPlan
from myoedge.export.models.transformer import attends


class Perceptron(nn.Module):
    """`forward(*inputs)` in the order of `inputs` -> scores (batch, label), embedding (batch, embedding).

    A branch takes all values of its modality that a transformer's tokens would. Raises UsageError for fusion
    by attention, which it has none of.
    """

    def __init__(
        self,
        *,
        labels: int,
        inputs: Shapes,
        plan: TokenPlan,
        fusion: str = "linear",
        hidden: int = 256,
        embedding: int = 256,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        if attends(fusion):
            raise UsageError("an mlp fuses linearly; wanted fusion = 'linear', or a transformer")
        by_modality = plan.by_modality(inputs)
        self.modalities = tuple(by_modality)
        self.inlets = nn.ModuleList(plan.inlet(name, shape) for name, shape in inputs.items())
        self.order = [[list(inputs).index(name) for name in names] for names in by_modality.values()]
        sizes = [_values(inlet) for inlet in self._inlets()]
        self.branches = nn.ModuleList(
            nn.Sequential(nn.Linear(sum(sizes[i] for i in own), hidden), nn.ReLU(), nn.Dropout(dropout))
            for own in self.order
        )
        self.to_embedding = nn.Linear(hidden * len(self.order), embedding)
        self.to_scores = nn.Linear(embedding, labels)

    def _inlets(self) -> list[Inlet]:
        return [inlet for inlet in self.inlets if isinstance(inlet, StreamInlet | FeatureInlet)]

    def standardise(self, tensors: Sequence[Tensor]) -> None:
        """Set the inputs' means and deviations from training windows, in the order of the inputs."""
        for inlet, x in zip(self._inlets(), tensors, strict=True):
            inlet.standardise(x)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (batch, label) and embedding (batch, embedding)."""
        flat = [_flat(inlet, x) for inlet, x in zip(self._inlets(), inputs, strict=True)]
        parts = [
            branch(torch.cat([flat[i] for i in own], -1))
            for branch, own in zip(self.branches, self.order, strict=True)
        ]
        embedding = self.to_embedding(torch.cat(parts, -1))
        return self.to_scores(torch.relu(embedding)), embedding


def _values(inlet: Inlet) -> int:
    if isinstance(inlet, FeatureInlet):
        return inlet.values
    return inlet.tokens * (inlet.raw_values + inlet.power_values)


def _flat(inlet: Inlet, x: Tensor) -> Tensor:
    parts = [inlet.power(x)] if isinstance(inlet, StreamInlet) and inlet.power_values else []
    if isinstance(inlet, FeatureInlet) or inlet.raw_values:
        parts.append(inlet.raw(x))
    return torch.cat([part.flatten(1) for part in parts], -1)
