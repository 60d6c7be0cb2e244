"""What a part is worth is what leaving it out costs, to first order; a perceptron has no such parts."""

import numpy as np
import pytest
import torch
from torch import nn

from myoedge.edge.errors import FormatError, UsageError
from myoedge.export.models import build_model
from myoedge.export.models.transformer import Transformer
from myoedge.export.network import FloatNetwork
from myoedge.export.prune.importance import importance, layers_of, masked, transformer
from tests.export.prune.conftest import INPUTS


def given() -> list[torch.Tensor]:
    rng = torch.Generator().manual_seed(1)
    return [torch.randn(3, *shape, generator=rng) for shape in INPUTS.values()]


def loss(model: nn.Module) -> torch.Tensor:
    out: torch.Tensor = (model(*given())[1] ** 2).sum()
    return out


def network_with(network: FloatNetwork) -> Transformer:
    model = build_model(labels=3, inputs=INPUTS, **network.row["model"])
    model.load_state_dict(network.model.state_dict())
    return transformer(model.eval())


def test_masks_of_one_change_nothing_and_go_away(network: FloatNetwork) -> None:
    model = network_with(network)
    before = loss(model)
    with masked(model):
        assert torch.equal(loss(model), before)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_a_mask_of_zero_is_the_part_left_out(network: FloatNetwork) -> None:
    model = network_with(network)
    layer = layers_of(model)[2]
    with masked(model) as masks, torch.no_grad():
        masks[2][1] = 0  # its second head
        without_head = loss(model)
    with torch.no_grad():
        layer.attention.out.weight[:, 8:] = 0
    torch.testing.assert_close(without_head, loss(model))


def test_what_adds_nothing_is_worth_nothing(network: FloatNetwork) -> None:
    model = network_with(network)
    with torch.no_grad():
        layers_of(model)[0].attention.out.weight[:, :8] = 0
        layers_of(model)[3].back.weight[:, 5] = 0
    for way in ("taylor", "fisher"):
        found = importance(model, loss, 2, way)
        assert found.heads[0][0] == 0 < found.heads[0][1]
        assert found.hidden[3][5] == 0 and (np.delete(found.hidden[3], 5) >= 0).all()
        assert found.width.shape == (16,) and (found.width > 0).all()


def test_a_network_without_attention_is_refused() -> None:
    model = build_model("mlp", labels=3, inputs=INPUTS)
    with pytest.raises(UsageError, match="perceptron network has no heads to prune"):
        transformer(model)


def test_a_loss_that_is_no_number_is_refused(network: FloatNetwork) -> None:
    model = network_with(network)
    with pytest.raises(FormatError, match="loss of this network is nan"):
        importance(model, lambda m: loss(m) * float("nan"), 1)
    with pytest.raises(UsageError, match="wanted one of taylor, fisher"):
        importance(model, loss, 1, "luck")
