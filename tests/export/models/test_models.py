"""Every architecture takes any inputs, and refuses what does not fit."""

import pytest
import torch

from myoedge.edge.errors import UsageError
from myoedge.export.models import MODELS, build_model

SHAPES = {"emg": (40, 4), "acc": (15, 6), "force": (20, 3), "features": (11,)}
SIZES = {"width": 16, "heads": 2}


def inputs(names: tuple[str, ...], batch: int = 3) -> list[torch.Tensor]:
    torch.manual_seed(1)
    return [torch.randn(batch, *SHAPES[name]) for name in names]


def shapes(names: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    return {name: SHAPES[name] for name in names}


def small(kind: str, names: tuple[str, ...], fusion: str = "linear") -> torch.nn.Module:
    torch.manual_seed(0)
    sizes = {"hidden": 16} if kind == "mlp" else SIZES
    return build_model(kind, labels=5, inputs=shapes(names), fusion=fusion, embedding=8, **sizes).eval()


@pytest.mark.parametrize("names", [("emg",), ("acc",), ("emg", "acc"), ("acc", "emg", "features", "force")])
@pytest.mark.parametrize(
    ("kind", "fusion"), [(kind, fusion) for kind in MODELS for fusion in ("linear", "attention")]
)
def test_every_subset_of_modalities_gives_scores_and_an_embedding(
    kind: str, fusion: str, names: tuple[str, ...]
) -> None:
    if (kind, fusion) == ("mlp", "attention"):
        with pytest.raises(UsageError, match="linear"):
            small(kind, names, fusion)
        return
    scores, embedding = small(kind, names, fusion)(*inputs(names))
    assert (scores.shape, embedding.shape) == ((3, 5), (3, 8))


@pytest.mark.parametrize("kind", MODELS)
def test_every_input_counts(kind: str) -> None:
    names = tuple(SHAPES)
    model, given = small(kind, names), inputs(names)
    before = model(*given)[0]
    for at in range(len(names)):
        changed = [x + (i == at) for i, x in enumerate(given)]
        assert (model(*changed)[0] - before).abs().max() > 1e-4


@pytest.mark.parametrize("kind", MODELS)
def test_standardised_inputs_may_come_in_any_unit(kind: str) -> None:
    names = ("emg", "acc", "features")
    given = inputs(names, 50)
    scaled = [x * 1e-5 for x in given]
    scores = []
    for tensors in (given, scaled):
        model = small(kind, names)
        model.standardise(tensors)  # type: ignore[operator]
        scores.append(model(*tensors)[0])
    torch.testing.assert_close(scores[0], scores[1], rtol=1e-3, atol=1e-3)


def test_a_dead_or_absent_input_gives_numbers() -> None:
    names = ("emg", "acc", "features")
    for kind in MODELS:
        model = small(kind, names)
        given = [x * 0 for x in inputs(names)]
        model.standardise(given)  # type: ignore[operator]
        assert torch.isfinite(model(*given)[0]).all()


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(UsageError, match="hierarchical"):
        build_model("perceptron", labels=2, inputs=SHAPES)


def test_an_unknown_option_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"widht; wanted .*width"):
        build_model("multimodal", labels=2, inputs=SHAPES, widht=64)


@pytest.mark.parametrize(
    "options",
    [
        {"fusion": "late"},
        {"width": 30, "heads": 4},
        {"readout": "cls"},
        {"stem": "conv"},
        {"raw": "minmax"},
        {"cut": "channel", "axes": {"acc": 4}},
        {"patches": 40},
        {"silenced": ["imu>emg"]},
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        build_model("hierarchical", labels=2, inputs=SHAPES, **options)
