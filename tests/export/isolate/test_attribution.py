"""Parts of attention's output add up to it, and shares depend on nothing but the modalities."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from myoedge.export.isolate.attribution import Part, attribute
from myoedge.export.isolate.probe import Probe
from myoedge.export.models.pathway import entries, groups
from myoedge.export.models.tokeniser import Stem
from myoedge.export.models.transformer import Transformer

Build = Callable[..., Transformer]


def by_group(parts: list[Part], layer: int) -> dict[str, Part]:
    return {part.group: part for part in parts if part.layer == layer}


def test_parts_add_up_to_the_output_of_attention(build: Build) -> None:
    model = build()
    attention = model.depths()[1][0]
    x = torch.randn(5, len(model.owners), 16)
    parts = []
    for group in ("within", "cross"):
        chosen = entries(groups(model.modalities)[group], model.owners, attention.heads)
        parts.append(attention.mix(attention.weights(x).masked_fill(~chosen, 0), attention.values(x)))
    torch.testing.assert_close(parts[0] + parts[1], attention(x), rtol=0, atol=1e-5)


def test_the_masses_of_all_pathways_are_one(build: Build, probe: Probe) -> None:
    for layer in range(4):
        rows = by_group(attribute(build("hierarchical"), probe), layer)
        np.testing.assert_allclose(rows["within"].weight + rows["cross"].weight, 1, atol=1e-5)


@pytest.mark.parametrize("value", ["weight", "projection", "norm"])
def test_one_modality_has_nothing_across(value: str, build: Build, probe: Probe) -> None:
    alone = Probe(probe.inputs[:1], probe.truth, probe.person, probe.labels)
    for part in attribute(build(inputs="emg"), alone):
        assert part.group != "cross" or not getattr(part, value).any()


def test_the_order_of_tokens_within_a_modality_changes_no_part(build: Build, probe: Probe) -> None:
    model = build()
    before = attribute(model, probe)
    stem = model.tokeniser.stems[0]
    assert isinstance(stem, Stem)
    stem.place.data = stem.place.data.flip(1)
    emg = probe.inputs[0].reshape(30, 2, 4, 3).flip(1).reshape(30, 8, 3)
    after = attribute(model, probe.with_inputs((emg, probe.inputs[1])))
    for old, new in zip(before, after, strict=True):
        for value in ("weight", "projection", "norm"):
            np.testing.assert_allclose(getattr(new, value), getattr(old, value), rtol=1e-3, atol=1e-5)


def test_looking_leaves_nothing_behind(build: Build, probe: Probe) -> None:
    model = build()
    attribute(model, probe)
    assert all(p.grad is None for p in model.parameters())
    assert not any(attention._forward_hooks for depth in model.depths() for attention in depth)
