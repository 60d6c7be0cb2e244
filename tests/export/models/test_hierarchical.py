"""The shipped recipe's network takes what the device has, small enough for it."""

import pytest
import torch

from myoedge.export.models import build_model
from myoedge.export.recipe import load_recipe

SHAPES = {"emg": (40, 8), "imu": (10, 6), "features": (68,)}


def network(seed: int = 0) -> torch.nn.Module:
    torch.manual_seed(seed)
    recipe = load_recipe("default")
    return build_model(labels=len(recipe.labels), inputs=SHAPES, **recipe.model).eval()


def inputs(batch: int = 3) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return torch.randn(batch, 40, 8) * 20, torch.randn(batch, 10, 6), torch.randn(batch, 68)


def test_it_gives_scores_and_an_embedding_a_window() -> None:
    scores, embedding = network()(*inputs())
    assert scores.shape == (3, 6)
    assert embedding.shape == (3, 64)


def test_it_is_compact() -> None:
    assert sum(p.numel() for p in network().parameters()) <= 150_000


def test_a_silent_armband_gives_numbers() -> None:
    emg, imu, features = inputs()
    _, embedding = network()(emg * 0, imu * 0, features)
    assert torch.isfinite(embedding).all()


@pytest.mark.parametrize("changed", [0, 1, 2])
def test_every_input_counts(changed: int) -> None:
    model, given = network(), list(inputs())
    before = model(*given)[1]
    given[changed] = given[changed] + 1
    assert (model(*given)[1] - before).abs().max() > 1e-3


def test_windows_of_a_batch_do_not_meet() -> None:
    model, given = network(), inputs()
    alone = model(*(x[1:2] for x in given))[1]
    torch.testing.assert_close(model(*given)[1][1:2], alone, rtol=1e-4, atol=1e-5)


def test_layers_within_come_before_layers_across() -> None:
    assert [len(depth) for depth in network().depths()] == [2, 1, 1]  # type: ignore[operator]


def test_linear_fusion_has_no_layer_across() -> None:
    model = build_model("hierarchical", labels=3, inputs=SHAPES, fusion="linear", branch_layers=3)
    assert [len(depth) for depth in model.depths()] == [2, 2, 2]  # type: ignore[operator]
