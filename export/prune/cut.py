"""A smaller network from a plan: every matrix keeps the rows and columns of the parts that stay."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from myoedge.export.models import build_model
from myoedge.export.models.layer import Layer
from myoedge.export.models.tokeniser import Stem
from myoedge.export.models.transformer import Transformer
from myoedge.export.network import FloatNetwork
from myoedge.export.prune.importance import layers_of, transformer
from myoedge.export.prune.plan import Plan, layer_width

Kept = Sequence[int]


def cut(network: FloatNetwork, plan: Plan) -> tuple[Transformer, dict[str, object]]:
    """The smaller network, judging, and what `build_model` makes it from; the given one stays as it is."""
    old = transformer(network.model)
    options = plan.options(network, _head(old))
    labels = len(network.row["labels"])
    new = transformer(build_model(**options, labels=labels, inputs=network.inputs))  # type: ignore[arg-type]
    wide = old.tokeniser.width
    with torch.no_grad():
        _copy_alike(new, old)
        _cut_tokeniser(new, old, plan.width)
        layers = zip(layers_of(new), layers_of(old), plan.heads, plan.hidden, strict=True)
        for small, large, heads, hidden in layers:
            own = layer_width(large)
            _cut_layer(small, large, heads, hidden, plan.width if own == wide else range(own))
        if len(plan.width) < wide:
            every = [part * wide + i for part in range(len(old.read)) for i in plan.width]
            _take_norm(new.norm, old.norm, every)
            _take(new.to_embedding, old.to_embedding, None, every)
    return new.eval(), options


def _copy_alike(new: nn.Module, old: nn.Module) -> None:
    """What no plan makes smaller; what a plan does has another shape, or is written over afterwards."""
    there = old.state_dict()
    for name, value in new.state_dict().items():
        if value.shape == there[name].shape:
            value.copy_(there[name])


def _head(model: Transformer) -> int:
    return next((layer.attention.size for layer in layers_of(model) if layer.attends), 1)


def _cut_tokeniser(new: Transformer, old: Transformer, width: Kept) -> None:
    for small, large in zip(new.tokeniser.kinds, old.tokeniser.kinds, strict=True):
        small.copy_(large[list(width)])
    for small, large in zip(new.tokeniser.stems, old.tokeniser.stems, strict=True):
        if isinstance(small, Stem) and isinstance(large, Stem):
            small.inlet.load_state_dict(large.inlet.state_dict())
            small.place.copy_(large.place[..., list(width)])
            for name in ("from_raw", "from_power"):
                if hasattr(large, name):
                    _cut_stem(getattr(small, name), getattr(large, name), width)


def _cut_stem(small: nn.Module, large: nn.Module, width: Kept) -> None:
    """One linear map, or two: the hidden values that stay have the largest weights on both sides."""
    if isinstance(small, nn.Linear) and isinstance(large, nn.Linear):
        _take(small, large, width, None)
        return
    first, _, last = large.children()
    into, _, out = small.children()
    if not all(isinstance(one, nn.Linear) for one in (first, last, into, out)):
        raise TypeError("a stem is one linear map, or two with a rectifier between them")
    worth = first.weight.norm(dim=1) * last.weight[list(width)].norm(dim=0)  # type: ignore[operator,index]
    kept = sorted(worth.argsort(descending=True)[: into.out_features].tolist())
    _take(into, first, kept, None)  # type: ignore[arg-type]
    _take(out, last, width, kept)  # type: ignore[arg-type]


def _cut_layer(small: Layer, large: Layer, heads: Kept, hidden: Kept, width: Kept) -> None:
    if small.attends:
        size = large.attention.size
        mine = [head * size + i for head in heads for i in range(size)]
        _take_norm(small.norm_attention, large.norm_attention, width)
        for name in ("query", "key", "value"):
            _take(getattr(small.attention, name), getattr(large.attention, name), mine, width)
        _take(small.attention.out, large.attention.out, width, mine)
    if small.thinks:
        _take_norm(small.norm_hidden, large.norm_hidden, width)
        _take(small.hidden, large.hidden, hidden, width)
        _take(small.back, large.back, width, hidden)


def _take(small: nn.Linear, large: nn.Linear, rows: Kept | None, columns: Kept | None) -> None:
    """Those rows (outputs) and columns (inputs); None: all."""
    weight: Tensor = large.weight
    weight = weight if rows is None else weight[list(rows)]
    small.weight.copy_(weight if columns is None else weight[:, list(columns)])
    if large.bias is not None:
        small.bias.copy_(large.bias if rows is None else large.bias[list(rows)])


def _take_norm(small: nn.LayerNorm, large: nn.LayerNorm, kept: Kept) -> None:
    small.weight.copy_(large.weight[list(kept)])
    small.bias.copy_(large.bias[list(kept)])
