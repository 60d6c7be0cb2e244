"""What both transformers are made of: tokens, layers apart, layers over all modalities, a read-out by means.

The idea of the two follows IsoNet (arXiv 2506.16744); every size and the read-out are our choice.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from myoedge.edge.errors import UsageError
from myoedge.export.models.layer import Attention, Layer
from myoedge.export.models.pathway import entries, pathways
from myoedge.export.models.silence import Silence
from myoedge.export.models.tokeniser import Shapes, Tokeniser, TokenPlan

FUSIONS = ("linear", "attention")
READOUTS = ("modality", "input")


class Apart(nn.Module):
    """A layer within each modality: one for each, or (`shared`) the same for all."""

    def __init__(self, spans: Sequence[tuple[int, int]], shared: bool, sizes: tuple[int, int, int, float]):
        super().__init__()
        self.starts = [start for start, _ in spans]
        self.layers = nn.ModuleList(Layer(*sizes) for _ in range(1 if shared else len(spans)))

    def forward(self, parts: list[Tensor]) -> list[Tensor]:
        """One (batch, token, width) a modality to the same."""
        layers = list(self.layers) * (len(parts) if len(self.layers) == 1 else 1)
        return [layer(part, start) for layer, part, start in zip(layers, parts, self.starts, strict=True)]


class Transformer(nn.Module):
    """`forward(*inputs)` in the order of `inputs` -> scores (batch, label), embedding (batch, embedding).

    `apart` layers see their own modality only, `joint` ones all tokens. The read-out is the mean of each
    modality's tokens (or each input's, which belong to one modality too), so that nothing but attention and
    the last LayerNorm's scale lets one modality change what another says. `silenced`: groups of pathways that
    are cut in training as in use. An absent input is zeros. Raises UsageError for options that do not fit
    together.
    """

    def __init__(
        self,
        *,
        labels: int,
        inputs: Shapes,
        plan: TokenPlan,
        apart: int,
        joint: int,
        shared: bool,
        width: int,
        heads: int,
        hidden: int | None,
        embedding: int,
        dropout: float,
        stem: str,
        readout: str,
        silenced: Sequence[str],
        stage: str,
    ) -> None:
        super().__init__()
        if width % heads or readout not in READOUTS:
            raise UsageError(
                f"width {width} in {heads} heads, readout {readout!r}; wanted a width that parts into its "
                f"heads, and one of {', '.join(READOUTS)}"
            )
        self.tokeniser = Tokeniser(inputs, width, plan, stem)
        sizes = (width, heads, hidden or 4 * width, dropout)
        spans = self.tokeniser.spans
        self.apart = nn.ModuleList(Apart(spans, shared, sizes) for _ in range(apart))
        self.joint = nn.ModuleList(Layer(*sizes) for _ in range(joint))
        self.read = spans if readout == "modality" else self.tokeniser.input_spans
        self.norm = nn.LayerNorm(len(self.read) * width)
        self.to_embedding = nn.Linear(len(self.read) * width, embedding)
        self.to_scores = nn.Linear(embedding, labels)
        if silenced:
            cut = entries(pathways(silenced, self.modalities), self.owners, heads)
            for attention in (one for depth in self.depths() for one in depth):
                attention.weigh = Silence(cut, stage)

    @property
    def modalities(self) -> tuple[str, ...]:
        """In the order of their tokens."""
        return self.tokeniser.modalities

    @property
    def owners(self) -> tuple[str, ...]:
        """The modality of every token."""
        return self.tokeniser.owners

    def depths(self) -> list[list[Attention]]:
        """The attentions of every layer, first to last; those apart have several side by side."""
        layers = [
            *(list(one.layers) for one in self.apart if isinstance(one, Apart)),
            *([one] for one in self.joint),
        ]
        return [[one.attention for one in depth if isinstance(one, Layer)] for depth in layers]

    def standardise(self, tensors: Sequence[Tensor]) -> None:
        """Set the inputs' means and deviations from training windows, in the order of the inputs."""
        self.tokeniser.standardise(tensors)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (batch, label) and embedding (batch, embedding)."""
        parts = self.tokeniser(*inputs)
        for layer in self.apart:
            parts = layer(parts)
        tokens = torch.cat(parts, 1)
        for layer in self.joint:
            tokens = layer(tokens)
        means = [
            tokens[:, start:stop].mean(1) if stop > start + 1 else tokens[:, start]
            for start, stop in self.read
        ]
        embedding = self.to_embedding(self.norm(torch.cat(means, -1)))
        return self.to_scores(embedding), embedding


def attends(fusion: str) -> bool:
    """Whether fusion is by attention; raises UsageError for a word that is none of ours."""
    if fusion not in FUSIONS:
        raise UsageError(f"no fusion {fusion!r}; wanted one of {', '.join(FUSIONS)}")
    return fusion == "attention"
