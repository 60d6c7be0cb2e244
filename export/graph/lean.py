"""The same weights as modules that a converter makes few nodes of; what comes out differs by rounding."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from myoedge.edge.errors import UsageError
from myoedge.export.models.inlet import FeatureInlet
from myoedge.export.models.layer import Attention, Layer, Weigh
from myoedge.export.models.tokeniser import Stem
from myoedge.export.models.transformer import Transformer

FORMS = ("litert", "onnx")


def lean(model: nn.Module, form: str) -> nn.Module:
    """A network of `export/models` rewritten for one engine and a batch of one; the model stays as it is.

    What has nothing to gain (perceptrons, attention with silenced pathways) is given back as it came. Raises
    UsageError for an engine without a form here.
    """
    if form not in FORMS:
        raise UsageError(f"no fast graph for {form!r}; wanted one of {', '.join(FORMS)}")
    if not isinstance(model, Transformer) or any(
        type(one.weigh) is not Weigh for depth in model.depths() for one in depth
    ):
        return model
    return LeanTransformer(model, form).eval()


class LeanTransformer(nn.Module):
    """`Transformer` without a batch: for LiteRT tokens are the rows of a matrix, for ONNX Runtime of one in a
    batch of one, which its attention wants."""

    def __init__(self, model: Transformer, form: str) -> None:
        super().__init__()
        model = copy.deepcopy(model)
        tokeniser, batch = model.tokeniser, form == "onnx"
        self.stems = nn.ModuleList(
            LeanStem(stem, kind, batch)
            for members, kind in zip(tokeniser.order, tokeniser.kinds, strict=True)
            for stem in (tokeniser.stems[member] for member in members)
            if isinstance(stem, Stem)
        )
        self.places = [member for members in tokeniser.order for member in members]
        self.sides = [len(members) for members in tokeniser.order]
        depth = len(model.apart)
        rows = [[LeanLayer(layer, batch) for layer in row] for row in model.rows()]
        self.apart = nn.ModuleList(LeanApart(row) for row in rows[:depth])
        self.widen = model.widen
        self.joint = nn.ModuleList(row[0] for row in rows[depth:])
        self.read = model.read
        self.norm = Plain(model.norm)
        self.to_embedding = taken_in(model.norm, model.to_embedding)
        self.to_scores = model.to_scores

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """As the model's own, for one window."""
        tokens = [stem(inputs[place]) for stem, place in zip(self.stems, self.places, strict=True)]
        parts, at = [], 0
        for count in self.sides:
            parts.append(torch.cat(tokens[at : at + count], -2) if count > 1 else tokens[at])
            at += count
        for layer in self.apart:
            parts = layer(parts)
        if len(self.widen):
            parts = [widen(part) for widen, part in zip(self.widen, parts, strict=True)]
        together = torch.cat(parts, -2) if len(parts) > 1 else parts[0]
        for layer in self.joint:
            together = layer(together)
        means = [together[..., start:stop, :].mean(-2, keepdim=True) for start, stop in self.read]
        mean = torch.cat(means, -1) if len(means) > 1 else means[0]
        embedding = self.to_embedding(self.norm(mean.reshape(1, -1)))
        return self.to_scores(embedding), embedding


class LeanApart(nn.Module):
    """A layer within each modality: one for each, or one for all."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, parts: list[Tensor]) -> list[Tensor]:
        """One ([1,] token, width) a modality to the same."""
        layers = list(self.layers) * (len(parts) if len(self.layers) == 1 else 1)
        return [layer(part) for layer, part in zip(layers, parts, strict=True)]


class LeanStem(nn.Module):
    """One input's tokens, what is added to each of them added once."""

    where: Tensor

    def __init__(self, stem: Stem, kind: Tensor, batch: bool) -> None:
        super().__init__()
        self.stem, self.inlet, self.batch = stem, stem.inlet, batch
        where = (stem.place + kind).detach()
        self.register_buffer("where", where if batch else where[0])

    def forward(self, x: Tensor) -> Tensor:
        """(1, ...) to ([1,] token, width)."""
        inlet, stem = self.inlet, self.stem
        if isinstance(inlet, FeatureInlet):
            token = stem.from_raw(inlet.raw(x))
            one: Tensor = self.where + (token.unsqueeze(1) if self.batch else token)
            return one
        tokens = self.where
        if inlet.power_values:
            tokens = stem.from_power(self._rows(inlet.power(x))) + tokens
        if inlet.raw_values:
            tokens = stem.from_raw(self._rows(inlet.raw(x))) + tokens
        return tokens

    def _rows(self, x: Tensor) -> Tensor:
        return x if self.batch else x.reshape(x.shape[1], x.shape[2])


class LeanLayer(nn.Module):
    """A pre-norm layer as `Layer`; norms have no scale and shift, the products behind them took both in."""

    def __init__(self, layer: Layer, batch: bool) -> None:
        super().__init__()
        self.attends, self.thinks = layer.attends, layer.thinks
        if layer.attends:
            of = Contrib if batch else Joined
            self.norm_attention = Plain(layer.norm_attention)
            self.attention = of(layer.attention, layer.norm_attention)
        if layer.thinks:
            self.norm_hidden = Plain(layer.norm_hidden)
            self.hidden = taken_in(layer.norm_hidden, layer.hidden)
            self.back = layer.back

    def forward(self, x: Tensor) -> Tensor:
        """([1,] token, width) to the same."""
        if self.attends:
            x = x + self.attention(self.norm_attention(x))
        if self.thinks:
            x = x + self.back(torch.relu(self.hidden(self.norm_hidden(x))))
        return x


class Plain(nn.Module):
    """A LayerNorm without scale and shift."""

    def __init__(self, norm: nn.LayerNorm) -> None:
        super().__init__()
        self.epsilon = norm.eps

    def forward(self, x: Tensor) -> Tensor:
        """(..., width) to the same."""
        return nn.functional.layer_norm(x, x.shape[-1:], eps=self.epsilon)


class Joined(nn.Module):
    """Attention with query, key and value from one product, the query scaled in it."""

    def __init__(self, attention: Attention, norm: nn.LayerNorm) -> None:
        super().__init__()
        self.heads, self.size = attention.heads, attention.size
        self.joined = _joined(attention, norm, attention.size**-0.5)
        self.out = attention.out

    def forward(self, x: Tensor) -> Tensor:
        """(token, width) to the same: all heads of query, key and value are turned at once."""
        tokens = x.shape[0]
        turned = self.joined(x).reshape(tokens, 3 * self.heads, self.size).transpose(0, 1)
        query, key, value = turned.split(self.heads)
        mixed = (query @ key.transpose(1, 2)).softmax(-1) @ value
        out: Tensor = self.out(mixed.transpose(0, 1).reshape(tokens, self.heads * self.size))
        return out


class Contrib(nn.Module):
    """Attention as ONNX Runtime's own node com.microsoft::Attention, which scales the query itself."""

    def __init__(self, attention: Attention, norm: nn.LayerNorm) -> None:
        super().__init__()
        joined = _joined(attention, norm, 1.0)
        self.heads, self.size = attention.heads, attention.size
        self.weight = nn.Parameter(joined.weight.t().contiguous())
        self.bias, self.out = joined.bias, attention.out

    def forward(self, x: Tensor) -> Tensor:
        """(1, token, width) to the same."""
        mixed = torch.onnx.ops.symbolic(
            "com.microsoft::Attention",
            (x, self.weight, self.bias),
            {"num_heads": self.heads},
            dtype=torch.float32,
            shape=(1, x.shape[1], self.heads * self.size),
            version=1,
        )
        out: Tensor = self.out(mixed)
        return out


def _joined(attention: Attention, norm: nn.LayerNorm, scale: float) -> nn.Linear:
    parts = [_after(norm, part) for part in (attention.query, attention.key, attention.value)]
    (weight, bias), *others = parts
    weights, biases = zip((weight * scale, bias * scale), *others, strict=True)
    return _linear(torch.cat(weights), torch.cat(biases))


def _after(norm: nn.LayerNorm, linear: nn.Linear) -> tuple[Tensor, Tensor]:
    """Weight and bias of `linear` with the scale and shift of the norm before it taken in."""
    weight = linear.weight.detach().double()
    bias = linear.bias.detach().double() + weight @ norm.bias.detach().double()
    return (weight * norm.weight.detach().double()).float(), bias.float()


def taken_in(norm: nn.LayerNorm, linear: nn.Linear) -> nn.Linear:
    """What stands behind a norm without scale and shift as `linear` behind `norm`."""
    return _linear(*_after(norm, linear))


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight, made.bias = nn.Parameter(weight), nn.Parameter(bias)
    return made
