"""Each token is of exactly one modality."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch

from myoedge.edge.errors import UsageError
from myoedge.export.models.tokeniser import Shapes, Tokeniser, TokenPlan

SHAPES: Shapes = {"features": (5,), "imu": (6, 3), "emg": (8, 2)}


def make(inputs: Shapes = SHAPES, stem: str = "linear", **plan: Any) -> Tokeniser:
    torch.manual_seed(0)
    return Tokeniser(inputs, 16, TokenPlan(**{"patches": 2, **plan}), stem)


def tensors(inputs: Mapping[str, tuple[int, ...]] = SHAPES) -> list[torch.Tensor]:
    return [torch.randn(2, *shape) for shape in inputs.values()]


def test_closed_form_features_lie_with_the_modality_they_belong_to() -> None:
    tokeniser = make()
    assert tokeniser.modalities == ("emg", "imu")
    assert tokeniser.owners == ("emg",) * 3 + ("imu",) * 2
    assert tokeniser.spans == [(0, 3), (3, 5)]
    assert tokeniser.input_spans == [(0, 1), (1, 3), (3, 5)]


def test_an_input_changes_the_tokens_of_its_modality_alone() -> None:
    tokeniser, given = make(), tensors()
    before = tokeniser(*given)
    for at, modality in enumerate((0, 1, 0)):
        after = tokeniser(*(x + (i == at) for i, x in enumerate(given)))
        assert [torch.equal(a, b) for a, b in zip(before, after, strict=True)] == [
            other != modality for other in (0, 1)
        ]


def test_the_recipe_says_what_belongs_where() -> None:
    assert make(belongs={"features": "imu"}).owners == ("imu",) * 3 + ("emg",) * 2
    assert make(belongs={}).modalities == ("features", "imu", "emg")


def test_features_alone_make_a_modality() -> None:
    inputs = {"features": (5,)}
    assert make(inputs).owners == ("emg",)
    assert make(inputs)(*tensors(inputs))[0].shape == (2, 1, 16)


def test_modalities_may_be_cut_in_different_ways() -> None:
    tokeniser = make(cut={"imu": "channel"}, patches={"emg": 4})
    assert tokeniser.owners == ("emg",) * 5 + ("imu",) * 3


@pytest.mark.parametrize("stem", ["linear", "mlp"])
@pytest.mark.parametrize("raw", ["auto", "z", "squeeze", "as is"])
def test_every_way_in_gives_tokens_of_the_width(raw: str, stem: str) -> None:
    found = make(raw=raw, stem=stem)(*tensors())
    assert [tuple(x.shape) for x in found] == [(2, 3, 16), (2, 2, 16)]


def test_streams_with_log_power_show_no_samples_unless_asked() -> None:
    plan = TokenPlan(patches=2)
    assert [getattr(plan.inlet(name, SHAPES[name]), "way", None) for name in SHAPES] == [None, "z", "none"]
    asked = TokenPlan(patches=2, raw={"emg": "z"})
    assert getattr(asked.inlet("emg", (8, 2)), "way", None) == "z"


def test_a_picture_is_no_stream() -> None:
    with pytest.raises(UsageError, match=r"\(time, channel\)"):
        make({"emg": (4, 4, 3)})
