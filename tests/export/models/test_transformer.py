"""Linear fusion is attention that never crosses."""

import pytest
import torch

from myoedge.edge.errors import UsageError
from myoedge.export.models import build_model
from myoedge.export.models.cost import multiply_adds, parameters
from myoedge.export.models.transformer import Transformer

SHAPES = {"emg": (8, 3), "imu": (6, 2)}
SIZES = {"width": 16, "heads": 2, "embedding": 8, "patches": 2, "layers": 2}


def make(**more: object) -> Transformer:
    torch.manual_seed(0)
    model = build_model("multimodal", labels=3, inputs=SHAPES, **{**SIZES, **more})
    assert isinstance(model, Transformer)
    return model.eval()


def inputs() -> list[torch.Tensor]:
    torch.manual_seed(1)
    return [torch.randn(4, *shape) for shape in SHAPES.values()]


@pytest.mark.parametrize("stage", ["before", "after"])
def test_a_joint_network_without_pathways_across_is_the_linear_one(stage: str) -> None:
    linear, joint = make(fusion="linear"), make(silenced=["cross"], stage=stage)
    state = linear.state_dict()
    joint.load_state_dict(
        {name.replace("apart.", "joint.").replace(".layers.0.", "."): value for name, value in state.items()}
    )
    if stage == "before":
        torch.testing.assert_close(joint(*inputs())[0], linear(*inputs())[0])
    else:  # what is left keeps its weight of before, less than one
        assert not torch.allclose(joint(*inputs())[0], linear(*inputs())[0])


def test_linear_fusion_costs_fewer_multiply_adds_and_no_fewer_parameters() -> None:
    arrays = {name: x.numpy() for name, x in zip(SHAPES, inputs(), strict=True)}
    linear, joint = make(fusion="linear"), make()
    assert parameters(linear) == parameters(joint)
    assert 0 < multiply_adds(linear, arrays) < multiply_adds(joint, arrays)


def test_multiply_adds_are_of_one_window() -> None:
    arrays = {name: x.numpy() for name, x in zip(SHAPES, inputs(), strict=True)}
    one = {name: x[:1] for name, x in arrays.items()}
    assert multiply_adds(make(), arrays) == multiply_adds(make(), one)


def test_the_same_layers_serve_both_modalities() -> None:
    assert [len(depth) for depth in make(fusion="linear").depths()] == [1, 1]


def test_every_layer_may_have_sizes_of_its_own() -> None:
    model = make(layers=3, heads=[1, 0, 2], head=8, hidden=[8, 16, 0])
    rows = [layer for depth in model.rows() for layer in depth]
    assert [(one.attends, one.thinks) for one in rows] == [(True, True), (False, True), (True, False)]
    assert [len(depth) for depth in model.depths()] == [1, 0, 1]
    assert rows[0].attention.query.weight.shape == (8, 16)
    assert torch.isfinite(model(*inputs())[0]).all()


@pytest.mark.parametrize(
    ("more", "met"),
    [
        ({"heads": 3}, "width 16 in 3 heads"),
        ({"heads": [2, 2]}, "wanted a width that parts into its heads, or the option head"),
        ({"heads": [2], "head": 8}, "heads = .2.; wanted one number, or 2"),
        ({"hidden": [8, -8]}, "not below zero"),
        ({"readout": "all"}, "no readout 'all'"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(more: dict[str, object], met: str) -> None:
    with pytest.raises(UsageError, match=met):
        make(**more)
