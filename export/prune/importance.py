"""How much each part of a transformer matters: masks of one on heads, neurons, channels, and their gradients.

A mask multiplies what a part gives; the loss's gradient by it tells, to first order, what leaving the part
out would cost. "taylor": its mean absolute value over batches (Michel et al., NeurIPS 2019); "fisher": its
mean square (Kwon et al., NeurIPS 2022).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from myoedge.edge.errors import FormatError, UsageError
from myoedge.export.models.layer import Layer
from myoedge.export.models.transformer import Transformer

WAYS = ("taylor", "fisher")

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Importance:
    """Of every part, by layer from first to last; larger matters more."""

    heads: tuple[Array, ...]  # (head,) of each layer
    hidden: tuple[Array, ...]  # (neuron,) of each layer
    width: Array  # (channel,) of the residual path


def transformer(model: nn.Module) -> Transformer:
    """The network, which must have layers with heads and neurons; raises UsageError."""
    if not isinstance(model, Transformer) or not layers_of(model):
        raise UsageError(
            f"a {type(model).__name__.lower()} network has no heads to prune one by one; wanted a "
            "hierarchical or multimodal one with a layer or more, or train a smaller one instead"
        )
    return model


def layers_of(model: Transformer) -> list[Layer]:
    """All layers, first to last, those side by side in the order of their modalities."""
    return [layer for depth in model.rows() for layer in depth]


def importance(
    model: Transformer, loss: Callable[[nn.Module], Tensor], batches: int, way: str = "taylor"
) -> Importance:
    """Over so many calls of `loss`, each on data of its own; raises UsageError for a way that is not in WAYS,
    FormatError where the loss is no finite number."""
    if way not in WAYS:
        raise UsageError(f"no importance {way!r}; wanted one of {', '.join(WAYS)}")
    model.eval()
    with masked(model) as masks:
        found = [torch.zeros_like(mask) for mask in masks]
        for _ in range(batches):
            value = loss(model)
            if not bool(torch.isfinite(value)):
                raise FormatError(
                    f"the loss of this network is {float(value.detach())}; it cannot be pruned by it"
                )
            slopes = torch.autograd.grad(value, masks, allow_unused=True)
            for total, slope in zip(found, slopes, strict=True):
                if slope is not None:
                    total += slope.abs() if way == "taylor" else slope**2
    means = [np.asarray(one.detach().numpy(), np.float64) / batches for one in found]
    count = len(layers_of(model))
    return Importance(tuple(means[:count]), tuple(means[count : 2 * count]), means[-1])


@contextmanager
def masked(model: Transformer) -> Iterator[list[Tensor]]:
    """Masks of one for a while: of each layer's heads, then of each layer's neurons, then of the width."""
    layers = layers_of(model)
    heads = [_ones(layer.attention.heads if layer.attends else 0) for layer in layers]
    hidden = [_ones(layer.hidden.out_features if layer.thinks else 0) for layer in layers]
    width = _ones(model.tokeniser.width)
    with ExitStack() as hooks:
        for layer, head, neuron in zip(layers, heads, hidden, strict=True):
            if layer.attends:
                each = layer.attention.size
                hooks.callback(layer.attention.out.register_forward_pre_hook(_on_input(head, each)).remove)
                hooks.callback(layer.attention.out.register_forward_hook(_on_output(width)).remove)
            if layer.thinks:
                hooks.callback(layer.back.register_forward_pre_hook(_on_input(neuron, 1)).remove)
                hooks.callback(layer.back.register_forward_hook(_on_output(width)).remove)
        hooks.callback(model.tokeniser.register_forward_hook(_on_parts(width)).remove)
        yield [*heads, *hidden, width]


def _ones(count: int) -> Tensor:
    return torch.ones(count, requires_grad=True)


def _on_input(mask: Tensor, each: int) -> Any:
    return lambda _, given: (given[0] * mask.repeat_interleave(each),)


def _on_output(mask: Tensor) -> Any:
    """Layers of a width of their own have other channels, which the mask says nothing of."""
    return lambda _, __, gave: gave * mask if gave.shape[-1] == len(mask) else gave


def _on_parts(mask: Tensor) -> Any:
    return lambda _, __, parts: [part * mask for part in parts]
