"""A cut network computes what the dense one does with the same parts silent, and comes back from disk."""

import copy
from pathlib import Path

import torch

from myoedge.export.network import FloatNetwork, load_network, network_of, save_network
from myoedge.export.prune.cut import cut
from myoedge.export.prune.importance import layers_of, masked, transformer
from myoedge.export.prune.plan import Plan
from tests.export.prune.conftest import INPUTS, LABELS

ALL = tuple(range(16))
EIGHT = tuple(range(4, 12))
PLAN = Plan(((0, 1), (1,), (), (0,)), (ALL, EIGHT, EIGHT, ()), ALL)


def given() -> list[torch.Tensor]:
    rng = torch.Generator().manual_seed(1)
    return [torch.randn(3, *shape, generator=rng) for shape in INPUTS.values()]


def test_it_computes_what_the_dense_one_does_without_those_parts(network: FloatNetwork) -> None:
    small, _ = cut(network, PLAN)
    dense = copy.deepcopy(transformer(network.model))
    with masked(dense) as masks, torch.no_grad():
        for mask, kept in zip(masks, [*PLAN.heads, *PLAN.hidden, ALL], strict=True):
            silent = [i for i in range(len(mask)) if i not in kept]
            mask[silent] = 0
        layers_of(dense)[3].back.bias.zero_()  # a perceptron that is gone takes its bias with it
        wanted = dense(*given())
    with torch.no_grad():
        found = small(*given())
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_matrices_are_smaller(network: FloatNetwork) -> None:
    small, options = cut(network, PLAN)
    assert options["heads"] == [2, 1, 0, 1] and options["hidden"] == [16, 8, 8, 0]
    assert small.apart[0].layers[1].attention.query.weight.shape == (8, 16)  # type: ignore[union-attr,index]
    assert small.apart[0].layers[1].back.weight.shape == (16, 8)  # type: ignore[union-attr,index]


def test_a_narrower_residual_path_keeps_its_channels(network: FloatNetwork) -> None:
    plan = Plan(((0, 1),) * 4, (ALL,) * 4, EIGHT)
    small, options = cut(network, plan)
    dense = transformer(network.model)
    assert options["width"] == 8
    place = dense.tokeniser.stems[0].place[..., list(EIGHT)]  # type: ignore[index]
    assert torch.equal(small.tokeniser.stems[0].place, place)  # type: ignore[arg-type]
    second = small.to_embedding.weight[:, 8:16]  # of the second input's mean
    assert torch.equal(second, dense.to_embedding.weight[:, [16 + i for i in EIGHT]])
    assert torch.isfinite(small(*given())[0]).all()


def test_it_comes_back_from_disk_and_can_be_cut_again(network: FloatNetwork, tmp_path: Path) -> None:
    small, options = cut(network, PLAN)
    save_network(tmp_path, network_of(small, network.row["recipe"], options, INPUTS, LABELS, []))
    found = load_network(tmp_path)
    with torch.no_grad():
        assert torch.equal(found.model(*given())[1], small(*given())[1])
    again, options = cut(found, Plan(((0,), (0,), (), ()), ((0, 1), (), (), ()), ALL))
    assert options["heads"] == [1, 1, 0, 0] and torch.isfinite(again(*given())[0]).all()
