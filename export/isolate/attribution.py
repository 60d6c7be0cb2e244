"""M3 and M4: attention's output parted by pathway, seen along the true score's gradient, and by its length.

No pathway is silenced here: each token's attention output is a sum over the tokens it reads, so that the
parts of all pathways add up to it exactly. Both measures are our choice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from myoedge.export.isolate.probe import Probe, by_person
from myoedge.export.models.layer import Attention
from myoedge.export.models.pathway import ALL, entries, groups
from myoedge.export.models.transformer import Transformer

BATCH = 256
People = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What a group of pathways gives in one layer, by person: means over windows of sums over tokens."""

    layer: int
    group: str
    weight: People  # attention's mass, mean over heads, as a share of the layer's
    projection: People  # M3: absolute projections on the gradient of the true label's score
    norm: People  # M4: lengths


@dataclass(frozen=True, slots=True, eq=False)
class _Call:
    """One attention at work."""

    layer: int
    attention: Attention
    x: Tensor
    start: int
    output: Tensor


def attribute(model: Transformer, probe: Probe) -> list[Part]:
    """Parts of every layer and group of pathways, in evaluation mode."""
    model.eval()
    named = [name for name in groups(model.modalities) if name != ALL]
    rows: dict[tuple[int, str], list[Tensor]] = {}
    for at in range(0, len(probe), BATCH):
        with _watched(model) as calls, torch.enable_grad():
            scores = model(*(x[at : at + BATCH] for x in probe.inputs))[0]
            true = scores.gather(1, probe.truth[at : at + BATCH, None]).sum()
            slopes = torch.autograd.grad(true, [call.output for call in calls])
        sums: dict[tuple[int, str], Tensor] = {}
        for call, slope in zip(calls, slopes, strict=True):
            for name, value in _parts(model, call, slope, named):
                key = call.layer, name
                sums[key] = sums[key] + value if key in sums else value
        for key, value in sums.items():
            rows.setdefault(key, []).append(value)
    found = []
    for (layer, name), parts in rows.items():
        values = torch.cat(parts).double().cpu().numpy()
        weight, projection, norm = (by_person(probe, values[:, i]) for i in range(3))
        found.append(Part(layer, name, weight, projection, norm))
    return found


@contextmanager
def _watched(model: Transformer) -> Iterator[list[_Call]]:
    calls: list[_Call] = []

    def watch(layer: int) -> Any:
        def hook(attention: Any, given: tuple[Any, ...], output: Tensor) -> None:
            calls.append(_Call(layer, attention, given[0].detach(), given[1], output))

        return hook

    handles = [
        attention.register_forward_hook(watch(layer))
        for layer, depth in enumerate(model.depths())
        for attention in depth
    ]
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


@torch.no_grad()
def _parts(model: Transformer, call: _Call, slope: Tensor, named: list[str]) -> Iterator[tuple[str, Tensor]]:
    """(window, 3): mass, projection and norm of each group, summed over the tokens of this call."""
    weights, values = call.attention.weights(call.x, call.start), call.attention.values(call.x)
    stop = call.start + call.x.shape[1]
    total = len(model.owners)
    for name in named:
        chosen = entries(
            groups(model.modalities)[name], model.owners[call.start : stop], call.attention.heads
        )
        kept = weights.masked_fill(~chosen.to(weights.device), 0.0)
        part = call.attention.mix(kept, values)
        mass = kept.sum((1, 2, 3)) / (call.attention.heads * total)
        projection = (part * slope).sum(-1).abs().sum(1)
        yield name, torch.stack([mass, projection, part.norm(dim=-1).sum(1)], 1)
