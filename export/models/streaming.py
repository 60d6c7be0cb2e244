"""A hierarchical transformer that keeps its work from window to window: what a segment says is the same
wherever in the window it lies, so that a window one hop later needs only its newest segment's layers."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from myoedge.edge.errors import UsageError
from myoedge.export.models.layer import Layer
from myoedge.export.models.tokeniser import PLACE, Shapes, Stem, Tokeniser, TokenPlan
from myoedge.export.models.transformer import Apart, attends, sizes_of


class Streaming(nn.Module):
    """`forward(*inputs)` in the order of `inputs` -> scores (batch, label), embedding (batch, embedding).

    Streams are cut into `segments` of the hop's length; the plan's patches, of a window, are shared out among
    them. Layers within a modality see one segment; its tokens' mean is one token of the layers over all
    segments and modalities. Closed-form features, which belong to a whole window, are tokens there too. The
    idea of keeping work is that of continual transformers (arXiv 2201.06268); this form of it and all sizes
    are our choice. Samples that fill no whole segment are left out, the oldest first. The read-out is each
    modality's mean and the features' tokens. Raises UsageError for more segments than samples.
    """

    no_kind: Tensor

    def __init__(
        self,
        *,
        labels: int,
        inputs: Shapes,
        plan: TokenPlan,
        segments: int = 4,
        fusion: str = "attention",
        branch_layers: int = 2,
        cross_layers: int = 2,
        width: int = 128,
        heads: int = 4,
        hidden: int | None = None,
        cross_width: int | None = None,
        cross_hidden: int | None = None,
        embedding: int = 128,
        dropout: float = 0.1,
        stem: str = "linear",
        readout: str = "input",
    ) -> None:
        super().__init__()
        if readout != "input":
            raise UsageError(f"readout {readout!r} of a streaming network; wanted input: each stream's mean")
        self.segments, self.inputs = segments, tuple(inputs)
        self.streams = tuple(name for name, shape in inputs.items() if len(shape) == 2)
        self.whole = tuple(name for name in inputs if name not in self.streams)
        shapes = {name: _segment(name, inputs[name], segments) for name in self.streams}
        self.tokeniser = Tokeniser(shapes, width, _shared_out(plan, segments), stem)
        sides, wide = len(self.tokeniser.spans), cross_width or width
        narrow = sizes_of(branch_layers * sides, width, heads, None, hidden, dropout)
        self.apart = nn.ModuleList(
            Apart(self.tokeniser.spans, narrow[at * sides : (at + 1) * sides]) for at in range(branch_layers)
        )
        self.widen = nn.ModuleList(nn.Linear(width, wide) for _ in range(sides))
        self.place = nn.Parameter(torch.randn(1, segments, sides, wide) * PLACE)
        self.stems = nn.ModuleList(Stem(plan.inlet(name, inputs[name]), wide, stem) for name in self.whole)
        joint = cross_layers if attends(fusion) else 0
        self.register_buffer("no_kind", torch.zeros(wide), persistent=False)  # a stem's own place says it all
        over_all = sizes_of(joint, wide, heads, None, cross_hidden or hidden, dropout)
        self.joint = nn.ModuleList(Layer(one) for one in over_all)
        parts = (sides + len(self.whole)) * wide
        self.norm, self.to_embedding = nn.LayerNorm(parts), nn.Linear(parts, embedding)
        self.to_scores = nn.Linear(embedding, labels)

    @property
    def rows(self) -> dict[str, int]:
        """Samples of each stream in one segment."""
        return {name: self._rows(name) for name in self.streams}

    def _rows(self, name: str) -> int:
        inlet = self.tokeniser.stems[self.streams.index(name)].inlet
        return int(inlet.tokens * inlet.rows + inlet.left_out)  # type: ignore[union-attr,operator]

    def standardise(self, tensors: Sequence[Tensor]) -> None:
        """Set the inputs' means and deviations from training windows, in the order of the inputs."""
        given = dict(zip(self.inputs, tensors, strict=True))
        self.tokeniser.standardise([self._cut(given[name]) for name in self.streams])
        for name, stem in zip(self.whole, self.stems, strict=True):
            stem.inlet.standardise(given[name])  # type: ignore[union-attr,operator]

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (batch, label) and embedding (batch, embedding) of whole windows."""
        given = dict(zip(self.inputs, inputs, strict=True))
        tokens = self.segment(*(self._cut(given[name]) for name in self.streams))
        kept = tokens.reshape(-1, self.segments, *tokens.shape[1:])
        return self.judge(kept, *(given[name] for name in self.whole))

    def segment(self, *newest: Tensor) -> Tensor:
        """One segment of every stream (batch, row, channel) to its tokens (batch, modality, width)."""
        parts = self.tokeniser(*newest)
        for layer in self.apart:
            parts = layer(parts)
        means = [widen(part.mean(1)) for widen, part in zip(self.widen, parts, strict=True)]
        return torch.cat([mean.unsqueeze(1) for mean in means], 1)

    def judge(self, kept: Tensor, *whole: Tensor) -> tuple[Tensor, Tensor]:
        """Scores and embedding by tokens (batch, segment, modality, width), oldest first, and features."""
        placed = (kept + self.place).flatten(1, 2)
        features = [stem(x, self.no_kind) for stem, x in zip(self.stems, whole, strict=True)]
        tokens = torch.cat([placed, *features], 1)
        for layer in self.joint:
            tokens = layer(tokens)
        count = kept.shape[1] * kept.shape[2]
        by_segment = tokens[:, :count].reshape(kept.shape)
        mean = torch.cat([by_segment.mean(1).flatten(1), tokens[:, count:].flatten(1)], -1)
        embedding = self.to_embedding(self.norm(mean))
        return self.to_scores(embedding), embedding

    def _cut(self, x: Tensor) -> Tensor:
        """(batch, time, channel) to (batch * segment, row, channel)."""
        rows = x.shape[1] // self.segments
        return x[:, x.shape[1] - self.segments * rows :].reshape(-1, rows, x.shape[2])


def _shared_out(plan: TokenPlan, segments: int) -> TokenPlan:
    """The plan of one segment: as many patches of it as make the window's together, at least one."""
    if isinstance(plan.patches, int):
        return replace(plan, patches=max(1, round(plan.patches / segments)))
    return replace(plan, patches={name: max(1, round(n / segments)) for name, n in plan.patches.items()})


def _segment(name: str, shape: tuple[int, ...], segments: int) -> tuple[int, int]:
    time, channels = shape
    if not 1 <= segments <= time:
        raise UsageError(
            f"{name}: {time} samples in {segments} segments; wanted a segment of one or more each"
        )
    return time // segments, channels
