"""One hop of a streaming network as a module of its own, in the fast form of one engine."""

import copy

import torch
from torch import Tensor, nn

from myoedge.edge.engines.streaming import StreamingSpec
from myoedge.export.graph.lean import LeanApart, LeanLayer, LeanStem, Plain, taken_in
from myoedge.export.models.layer import Layer
from myoedge.export.models.streaming import Streaming
from myoedge.export.models.tokeniser import Stem
from myoedge.export.models.transformer import Apart


def streaming_spec(model: Streaming) -> StreamingSpec:
    """What the device must know of a streaming network."""
    sides, wide = model.place.shape[2:]
    return StreamingSpec(model.segments, model.rows, int(sides * wide))


class Step(nn.Module):
    """`forward(*inputs, state)`: the newest segment of every stream and whole-window features, in the order
    of the network's inputs, and the tokens of the segments before (1, segment - 1, token), oldest first.
    Gives scores (1, label), and the embedding with the new segment's token behind it (1, embedding + token).
    """

    place: Tensor

    def __init__(self, model: Streaming, form: str) -> None:
        super().__init__()
        model, batch = copy.deepcopy(model), form == "onnx"
        self.inputs, self.streams, self.whole = model.inputs, model.streams, model.whole
        tokeniser = model.tokeniser
        self.members = [[model.streams[at] for at in members] for members in tokeniser.order]
        kinds = dict(zip(tokeniser.modalities, tokeniser.kinds, strict=True))
        owner = dict(zip(tokeniser.modalities, self.members, strict=True))
        self.stems = nn.ModuleDict()
        for modality, names in owner.items():
            for name in names:
                stem = tokeniser.stems[model.streams.index(name)]
                if isinstance(stem, Stem):
                    self.stems[name] = LeanStem(stem, kinds[modality], batch)
        rows = [[LeanLayer(one, batch) for one in row.layers if isinstance(one, Layer)]
                for row in model.apart if isinstance(row, Apart)]  # fmt: skip
        self.apart = nn.ModuleList(LeanApart(row) for row in rows)
        self.widen = model.widen
        self.segments, self.sides, self.wide = model.place.shape[1:]
        self.register_buffer("place", model.place.detach().reshape(-1, self.wide))
        nothing = torch.zeros(self.wide)
        self.features = nn.ModuleList(
            LeanStem(stem, nothing, False) for stem in model.stems if isinstance(stem, Stem)
        )
        self.joint = nn.ModuleList(LeanLayer(one, batch) for one in model.joint if isinstance(one, Layer))
        self.batch = batch
        self.norm = Plain(model.norm)
        self.to_embedding = taken_in(model.norm, model.to_embedding)
        self.to_scores = model.to_scores

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """As above."""
        given = dict(zip(self.inputs, inputs[:-1], strict=True))
        token = self._newest(given)
        kept = inputs[-1].reshape(-1, self.wide)
        count = self.segments * self.sides
        tokens = torch.cat([kept, token], 0) + self.place
        if self.whole:
            features = [stem(given[name]) for stem, name in zip(self.features, self.whole, strict=True)]
            tokens = torch.cat([tokens, *features], 0)
        tokens = tokens.reshape(1, -1, self.wide) if self.batch else tokens
        for layer in self.joint:
            tokens = layer(tokens)
        tokens = tokens.reshape(-1, self.wide)
        mean = tokens[:count].reshape(self.segments, self.sides * self.wide).mean(0, keepdim=True)
        parts = [mean, tokens[count:].reshape(1, -1)] if self.whole else [mean]
        embedding = self.to_embedding(self.norm(torch.cat(parts, -1) if len(parts) > 1 else mean))
        return self.to_scores(embedding), torch.cat([embedding, token.reshape(1, -1)], -1)

    def _newest(self, given: dict[str, Tensor]) -> Tensor:
        """The new segment's token of every modality, (modality, width)."""
        parts = []
        for names in self.members:
            tokens = [self.stems[name](given[name]) for name in names]
            parts.append(torch.cat(tokens, -2) if len(tokens) > 1 else tokens[0])
        for layer in self.apart:
            parts = layer(parts)
        means = [part.mean(-2, keepdim=True).reshape(1, -1) for part in parts]
        return torch.cat([widen(mean) for widen, mean in zip(self.widen, means, strict=True)], 0)
