"""What stays: parts go, the least important for their multiply-adds first, until a target is met."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from myoedge.edge.errors import UsageError
from myoedge.export.models import build_model
from myoedge.export.models.cost import multiply_adds
from myoedge.export.models.layer import Layer
from myoedge.export.models.transformer import Transformer
from myoedge.export.network import FloatNetwork
from myoedge.export.prune.importance import Importance, layers_of

GRAIN = 8  # neurons that go together: what a vector register of the smallest board's processor holds in float

Kept = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts that stay, by their numbers in the network that is cut."""

    heads: tuple[Kept, ...]  # of each layer, first to last
    hidden: tuple[Kept, ...]
    width: Kept  # channels of the residual path

    def options(self, network: FloatNetwork, head: int) -> dict[str, object]:
        """What `build_model` makes the smaller network from; `head`: the width of one head."""
        return {
            **network.row["model"],
            "width": len(self.width),
            "heads": [len(kept) for kept in self.heads],
            "head": head,
            "hidden": [len(kept) for kept in self.hidden],
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A head, or some neurons that go together."""

    layer: int
    kind: str  # heads or hidden
    members: Kept
    worth: float
    macs: int


def make_plan(
    network: FloatNetwork, model: Transformer, found: Importance, target: int, width: int | None = None
) -> Plan:
    """At most `target` multiply-adds a window; `width`: so many channels of the residual path stay, the most
    important ones (default: all).

    Raises UsageError for a target that is not below what the network takes, or below what is left when no
    layer keeps a head or neuron.
    """
    own = model.tokeniser.width
    wide = _most(found.width, own if width is None else width)
    layers = layers_of(model)
    if len({layer.attention.size for layer in layers if layer.attends}) > 1:
        raise UsageError("heads of this network differ in width; wanted the option head in its recipe")
    if len(wide) < own and {layer_width(layer) for layer in layers} - {own, 0}:
        raise UsageError("layers of this network differ in width; its residual path cannot be made narrower")
    parts = parts_of(model, found, len(wide) if len(wide) < own else None)
    total = _fixed(network, model, len(wide)) + sum(part.macs for part in parts)
    least = total - sum(part.macs for part in parts)
    if not least <= target < network.row["macs"]:
        raise UsageError(
            f"{target} multiply-adds are asked for ({target / network.row['macs']:.2f} of the network's); "
            f"wanted between {least} ({least / network.row['macs']:.2f}) and less than {network.row['macs']}"
        )
    gone: dict[tuple[str, int], set[int]] = {}
    for part in sorted(parts, key=lambda one: one.worth / one.macs):
        if total <= target:
            break
        gone.setdefault((part.kind, part.layer), set()).update(part.members)
        total -= part.macs
    return Plan(_left(found.heads, gone, "heads"), _left(found.hidden, gone, "hidden"), wide)


def layer_width(layer: Layer) -> int:
    """Channels that a layer reads and writes; one without anything in it has none."""
    if layer.attends:
        return layer.attention.query.in_features
    return layer.hidden.in_features if layer.thinks else 0


def parts_of(model: Transformer, found: Importance, narrowed: int | None = None) -> list[Part]:
    """All heads and groups of neurons, the least important neurons of a layer together; `narrowed`: the width
    of all layers, where it is cut."""
    parts = []
    tokens = _tokens(model)
    for number, (layer, own) in enumerate(zip(layers_of(model), tokens, strict=True)):
        width = narrowed or layer_width(layer)
        if layer.attends:
            size = layer.attention.size
            macs = sum(4 * n * width * size + 2 * n * n * size for n in own)
            own_worth = found.heads[number]
            parts += [Part(number, "heads", (i,), float(x), macs) for i, x in enumerate(own_worth)]
        if layer.thinks:
            order = np.argsort(found.hidden[number], kind="stable")
            first = len(order) % GRAIN or GRAIN  # what is left is a multiple of GRAIN
            for at in [order[:first], *np.split(order[first:], len(order[first:]) // GRAIN)]:
                if len(at):
                    worth = float(found.hidden[number][at].sum())
                    macs = sum(2 * n * width * len(at) for n in own)
                    parts.append(Part(number, "hidden", tuple(int(i) for i in at), worth, macs))
    return parts


def _tokens(model: Transformer) -> list[list[int]]:
    """How many tokens each layer is run on; one that serves several modalities has several numbers."""
    spans = [stop - start for start, stop in model.tokeniser.spans]
    rows = model.rows()
    return [
        (spans if len(depth) == 1 else [spans[place]]) if number < len(model.apart) else [sum(spans)]
        for number, depth in enumerate(rows)
        for place in range(len(depth))
    ]


def _fixed(network: FloatNetwork, model: Transformer, width: int) -> int:
    """Multiply-adds without any head or neuron."""
    count = len(layers_of(model))
    none = [0] * count
    bare = {**network.row["model"], "width": width, "heads": none, "head": 1, "hidden": none}
    small = build_model(**bare, labels=len(network.row["labels"]), inputs=network.inputs)
    zeros = {name: np.zeros((1, *shape), np.float32) for name, shape in network.inputs.items()}
    return multiply_adds(small, zeros)


def _most(worth: np.ndarray, count: int) -> Kept:
    if not 1 <= count <= len(worth):
        raise UsageError(f"a width of {count} is asked for; wanted 1 to {len(worth)}")
    return tuple(sorted(int(i) for i in np.argsort(-worth, kind="stable")[:count]))


def _left(
    worth: tuple[np.ndarray, ...], gone: Mapping[tuple[str, int], set[int]], kind: str
) -> tuple[Kept, ...]:
    return tuple(
        tuple(i for i in range(len(one)) if i not in gone.get((kind, layer), ()))
        for layer, one in enumerate(worth)
    )
