"""What both transformers are made of: tokens, layers apart, layers over all modalities, a read-out by means.

The idea of the two follows IsoNet (arXiv 2506.16744); every size and the read-out are our choice.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from myoedge.edge.errors import UsageError
from myoedge.export.models.layer import Attention, Layer, Sizes
from myoedge.export.models.pathway import entries, pathways
from myoedge.export.models.silence import Silence
from myoedge.export.models.tokeniser import Shapes, Tokeniser, TokenPlan

FUSIONS = ("linear", "attention")
READOUTS = ("modality", "input")


class Apart(nn.Module):
    """A layer within each modality: one for each, or (`shared`) the same for all."""

    def __init__(self, spans: Sequence[tuple[int, int]], sizes: Sequence[Sizes]) -> None:
        super().__init__()
        self.starts = [start for start, _ in spans]
        self.layers = nn.ModuleList(Layer(one) for one in sizes)

    def forward(self, parts: list[Tensor]) -> list[Tensor]:
        """One (batch, token, width) a modality to the same."""
        layers = list(self.layers) * (len(parts) if len(self.layers) == 1 else 1)
        return [layer(part, start) for layer, part, start in zip(layers, parts, self.starts, strict=True)]


class Transformer(nn.Module):
    """`forward(*inputs)` in the order of `inputs` -> scores (batch, label), embedding (batch, embedding).

    `apart` layers see their own modality only, `joint` ones all tokens. The read-out is the mean of each
    modality's tokens (or each input's, which belong to one modality too), so that nothing but attention and
    the last LayerNorm's scale lets one modality change what another says. `joint_width`: the joint layers'
    own, where it differs. `silenced`: groups of pathways that are cut in training as in use. An absent input
    is zeros. Raises UsageError for options that do not fit together.
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
        heads: int | Sequence[int],
        head: int | None,
        hidden: int | Sequence[int] | None,
        embedding: int,
        dropout: float,
        stem: str,
        readout: str,
        silenced: Sequence[str],
        stage: str,
        joint_width: int | None = None,
    ) -> None:
        super().__init__()
        if readout not in READOUTS:
            raise UsageError(f"no readout {readout!r}; wanted one of {', '.join(READOUTS)}")
        self.tokeniser = Tokeniser(inputs, width, plan, stem)
        spans = self.tokeniser.spans
        side = 1 if shared else len(spans)
        sizes = iter(sizes_of(apart * side + joint, width, heads, head, hidden, dropout))
        self.apart = nn.ModuleList(Apart(spans, [next(sizes) for _ in range(side)]) for _ in range(apart))
        wide = joint_width or width
        self.widen = nn.ModuleList(nn.Linear(width, wide) for _ in spans if wide != width)
        self.joint = nn.ModuleList(Layer(_widened(next(sizes), wide, head)) for _ in range(joint))
        self.read = spans if readout == "modality" else self.tokeniser.input_spans
        width = wide
        self.norm = nn.LayerNorm(len(self.read) * width)
        self.to_embedding = nn.Linear(len(self.read) * width, embedding)
        self.to_scores = nn.Linear(embedding, labels)
        if silenced:
            paths = pathways(silenced, self.modalities)
            for attention in (one for depth in self.depths() for one in depth):
                attention.weigh = Silence(entries(paths, self.owners, attention.heads), stage)

    @property
    def modalities(self) -> tuple[str, ...]:
        """In the order of their tokens."""
        return self.tokeniser.modalities

    @property
    def owners(self) -> tuple[str, ...]:
        """The modality of every token."""
        return self.tokeniser.owners

    def rows(self) -> list[list[Layer]]:
        """The layers, first to last; those apart have several side by side."""
        layers = [
            *(list(one.layers) for one in self.apart if isinstance(one, Apart)),
            *([one] for one in self.joint),
        ]
        return [[one for one in depth if isinstance(one, Layer)] for depth in layers]

    def depths(self) -> list[list[Attention]]:
        """The attentions of every layer that has any, as `rows`."""
        return [[one.attention for one in depth if one.attends] for depth in self.rows()]

    def standardise(self, tensors: Sequence[Tensor]) -> None:
        """Set the inputs' means and deviations from training windows, in the order of the inputs."""
        self.tokeniser.standardise(tensors)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (batch, label) and embedding (batch, embedding)."""
        parts = self.tokeniser(*inputs)
        for layer in self.apart:
            parts = layer(parts)
        if len(self.widen):
            parts = [widen(part) for widen, part in zip(self.widen, parts, strict=True)]
        tokens = torch.cat(parts, 1)
        for layer in self.joint:
            tokens = layer(tokens)
        means = [
            tokens[:, start:stop].mean(1) if stop > start + 1 else tokens[:, start]
            for start, stop in self.read
        ]
        embedding = self.to_embedding(self.norm(torch.cat(means, -1)))
        return self.to_scores(embedding), embedding


def _widened(sizes: Sizes, width: int, head: int | None) -> Sizes:
    """The same layer in another width; its heads share that, unless their own width is given."""
    if width == sizes.width:
        return sizes
    heads = max(sizes.heads, 1)
    if head is None and width % heads:
        raise UsageError(f"joint width {width} in {heads} heads; wanted a width that parts into them")
    return replace(sizes, width=width, head=head or width // heads)


def sizes_of(
    layers: int,
    width: int,
    heads: int | Sequence[int],
    head: int | None,
    hidden: int | Sequence[int] | None,
    dropout: float,
) -> list[Sizes]:
    """Of every layer, first to last, those side by side in the order of their modalities.

    `heads` and `hidden` (default 4 `width`) are the same for all layers or one a layer; `head` is the width
    of one head, by default `width / heads`. Raises UsageError for lists of another length or numbers that do
    not fit.
    """
    if head is None:
        if not isinstance(heads, int) or heads < 1 or width % heads:
            raise UsageError(
                f"width {width} in {heads} heads; wanted a width that parts into its heads, or the option "
                "head, their width"
            )
        head = width // heads
    own = _each(heads, layers, "heads")
    inner = _each(4 * width if hidden is None else hidden, layers, "hidden")
    return [Sizes(width, mine, head, wide, dropout) for mine, wide in zip(own, inner, strict=True)]


def _each(option: int | Sequence[int], layers: int, name: str) -> list[int]:
    found = [option] * layers if isinstance(option, int) else list(option)
    if len(found) != layers or min(found, default=0) < 0:
        raise UsageError(f"{name} = {option}; wanted one number, or {layers} that are not below zero")
    return found


def attends(fusion: str) -> bool:
    """Whether fusion is by attention; raises UsageError for a word that is none of ours."""
    if fusion not in FUSIONS:
        raise UsageError(f"no fusion {fusion!r}; wanted one of {', '.join(FUSIONS)}")
    return fusion == "attention"
