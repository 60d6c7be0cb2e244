"""A plan meets its target, takes the least important parts first, and refuses what cannot be."""

from typing import Any

import numpy as np
import pytest

from myoedge.edge.errors import UsageError
from myoedge.export.models import build_model
from myoedge.export.models.transformer import Transformer
from myoedge.export.network import FloatNetwork, network_of
from myoedge.export.prune.cut import cut
from myoedge.export.prune.importance import Importance, layers_of, transformer
from myoedge.export.prune.plan import GRAIN, make_plan
from tests.export.prune.conftest import INPUTS


def alike(model: Transformer) -> Importance:
    layers = layers_of(model)
    return Importance(
        tuple(np.ones(layer.attention.heads) for layer in layers),
        tuple(np.arange(1, layer.hidden.out_features + 1, dtype=np.float64) for layer in layers),
        np.arange(1, model.tokeniser.width + 1, dtype=np.float64),
    )


@pytest.mark.parametrize("share", [0.9, 0.7, 0.5])
@pytest.mark.parametrize("width", [None, 12])
def test_the_target_is_met_by_the_network_that_is_cut(
    network: FloatNetwork, share: float, width: int | None
) -> None:
    model = transformer(network.model)
    target = round(share * network.row["macs"])
    plan = make_plan(network, model, alike(model), target, width)
    small, options = cut(network, plan)
    made = network_of(small, network.row["recipe"], options, INPUTS, network.row["labels"], [])
    assert made.row["macs"] <= target
    if width is None:
        assert made.row["macs"] > 0.75 * target  # and by no more than a part too many
    assert all(len(kept) % GRAIN == 0 for kept in plan.hidden)


def test_layers_that_serve_several_modalities_count_for_each() -> None:
    options: dict[str, Any] = {
        "kind": "multimodal",
        "fusion": "linear",
        "layers": 1,
        "width": 16,
        "heads": 2,
        "patches": 2,
    }
    model = build_model(labels=3, inputs=INPUTS, **options)
    network = network_of(model, {"name": "x"}, options, INPUTS, ("a", "b", "c"), [])
    of = transformer(model)
    target = round(0.8 * network.row["macs"])
    small, made = cut(network, make_plan(network, of, alike(of), target))
    assert network_of(small, {"name": "x"}, made, INPUTS, ("a", "b", "c"), []).row["macs"] <= target


def test_the_least_important_go_first(network: FloatNetwork) -> None:
    model = transformer(network.model)
    found = alike(model)
    found.heads[1][:] = 1e-9  # one layer's attention is worth nothing
    plan = make_plan(network, model, found, round(0.86 * network.row["macs"]), 15)
    assert plan.heads[1] == () and plan.heads[0] == (0, 1)
    assert plan.width == tuple(range(1, 16))  # the first channel is worth least
    plan = make_plan(network, model, found, round(0.6 * network.row["macs"]))
    assert all(kept in ((), tuple(range(8, 16)), tuple(range(16))) for kept in plan.hidden)


@pytest.mark.parametrize("share", [0.01, 1.0, 1.5])
def test_a_target_out_of_reach_is_refused(network: FloatNetwork, share: float) -> None:
    model = transformer(network.model)
    with pytest.raises(UsageError, match="wanted between"):
        make_plan(network, model, alike(model), round(share * network.row["macs"]))


@pytest.mark.parametrize("width", [0, 17])
def test_a_width_out_of_range_is_refused(network: FloatNetwork, width: int) -> None:
    model = transformer(network.model)
    with pytest.raises(UsageError, match="wanted 1 to 16"):
        make_plan(network, model, alike(model), round(0.5 * network.row["macs"]), width)
