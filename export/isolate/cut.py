"""Cuts: which entries of which layers' attention are silenced, for a while."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from myoedge.edge.errors import UsageError
from myoedge.export.models.layer import Attention
from myoedge.export.models.pathway import ALL, CROSS, WITHIN, entries, groups
from myoedge.export.models.silence import Silence
from myoedge.export.models.transformer import Transformer


@dataclass(frozen=True, slots=True)
class Cut:
    """One intervention on a trained network."""

    group: str  # of pathways, as models/pathway.py names them
    scope: str  # layer: one; all: every; from: one and all after it; head: one head of one layer
    layer: int | None  # the one, or the first
    head: int | None = None
    stage: str = "after"  # the softmax
    draw: int | None = None  # a random control in the group's place: as many entries, drawn anew

    def layers(self, count: int) -> range:
        """The layers it cuts, of so many."""
        first = self.layer or 0
        return range(first, count if self.scope in ("all", "from") else first + 1)


def attending(model: nn.Module) -> Transformer:
    """The network, which must have attention to cut; raises UsageError."""
    if not isinstance(model, Transformer) or not model.depths():
        raise UsageError(
            "this network has no attention whose pathways could be cut; wanted a transformer with one layer "
            "or more"
        )
    return model


def reach(model: Transformer, layer: int) -> Tensor:
    """The entries that a layer's attention has at all, bool (head, query, key)."""
    heads = model.depths()[layer][0].heads
    within = layer < len(model.apart)
    return entries(groups(model.modalities)[WITHIN if within else ALL], model.owners, heads)


def cuts_of(model: Transformer, cut: Cut) -> dict[int, Tensor]:
    """The silenced entries by layer; layers where the group has none are left out."""
    depths = model.depths()
    found: dict[int, Tensor] = {}
    for layer in cut.layers(len(depths)):
        heads = depths[layer][0].heads
        only = None if cut.head is None else [cut.head]
        group = entries(groups(model.modalities)[cut.group], model.owners, heads, only)
        there = reach(model, layer)
        chosen = group & there
        if cut.draw is not None:
            seed = 2 * cut.draw + (cut.group == CROSS)  # else two groups of one size would be cut alike
            chosen = _as_many(chosen, there, seed * len(depths) + layer)
        if bool(chosen.any()):
            found[layer] = chosen
    return found


def _as_many(chosen: Tensor, there: Tensor, seed: int) -> Tensor:
    """Random entries of every head, as many as are chosen, among those that are there."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.zeros_like(chosen)
    for head, (wanted, possible) in enumerate(zip(chosen, there, strict=True)):
        places = possible.flatten().nonzero().flatten()
        order = torch.randperm(len(places), generator=generator)[: int(wanted.sum())]
        drawn[head].view(-1)[places[order]] = True
    return drawn


@contextmanager
def silenced(model: Transformer, by_layer: Mapping[int, Tensor], stage: str) -> Iterator[None]:
    """The network with these entries silenced; as it was afterwards, also after an error."""
    depths = model.depths()
    before: list[tuple[Attention, nn.Module]] = []
    device = next(model.parameters()).device
    try:
        for layer, entries_of in by_layer.items():
            for attention in depths[layer]:
                before.append((attention, attention.weigh))
                kept = attention.weigh.cut if isinstance(attention.weigh, Silence) else False
                attention.weigh = Silence(entries_of.to(device) | kept, stage)
        yield
    finally:
        for attention, weigh in before:
            attention.weigh = weigh


def planned(model: Transformer, stage: str, heads: bool, draws: int) -> list[Cut]:
    """Every cut of an analysis: by layer, in all layers, from a layer on, by head, and random controls."""
    depths = model.depths()
    both = (WITHIN, CROSS)
    named = [name for name in groups(model.modalities) if name != ALL]
    last = len(depths)
    cuts = [Cut(name, "layer", layer, stage=stage) for layer in range(last) for name in named]
    cuts += [Cut(name, "all", None, stage=stage) for name in named]
    cuts += [Cut(name, "from", layer, stage=stage) for layer in range(1, last) for name in both]
    if heads:
        cuts += [
            Cut(name, "head", layer, head, stage)
            for layer, depth in enumerate(depths)
            for head in range(depth[0].heads)
            for name in both
        ]
    places: list[tuple[str, int | None]] = [*(("layer", layer) for layer in range(last)), ("all", None)]
    cuts += [
        Cut(name, scope, layer, stage=stage, draw=draw)
        for scope, layer in places
        for name in both
        for draw in range(draws)
    ]
    return cuts
