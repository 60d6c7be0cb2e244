"""Silencing takes what it names and nothing else, and the network is whole again afterwards."""

from collections.abc import Callable

import pytest
import torch

from myoedge.edge.errors import UsageError
from myoedge.export.isolate.cut import Cut, attending, cuts_of, planned, reach, silenced
from myoedge.export.isolate.probe import Probe, scores_of
from myoedge.export.models import build_model
from myoedge.export.models.silence import STAGES, Silence
from myoedge.export.models.transformer import Transformer

Build = Callable[..., Transformer]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", ["multimodal", "hierarchical"])
def test_silencing_nothing_leaves_every_bit_of_the_scores(
    kind: str, stage: str, build: Build, probe: Probe
) -> None:
    model = build(kind)
    before = scores_of(model, probe)
    nothing = {layer: torch.zeros_like(reach(model, layer)) for layer in range(len(model.depths()))}
    with silenced(model, nothing, stage):
        assert torch.equal(scores_of(model, probe), before)


@pytest.mark.parametrize("stage", STAGES)
def test_a_network_without_any_pathway_gives_numbers_and_no_token_reads(
    stage: str, build: Build, probe: Probe
) -> None:
    model = build()
    everything = cuts_of(model, Cut("all", "all", None))
    read: list[torch.Tensor] = []
    for depth in model.depths():
        depth[0].register_forward_hook(lambda _, __, output: read.append(output))
    with silenced(model, everything, stage):
        assert torch.isfinite(scores_of(model, probe)).all()
    assert read
    assert all(torch.equal(output, torch.zeros_like(output)) for output in read)


def test_before_the_softmax_the_rest_is_weighted_anew_and_after_it_is_not() -> None:
    logits = torch.randn(2, 1, 3, 3)
    cut = torch.zeros(1, 3, 3, dtype=torch.bool)
    cut[0, 0, 1] = True
    plain = logits.softmax(-1)
    before, after = (Silence(cut, stage)(logits, 0) for stage in STAGES)
    assert before[:, 0, 0, 1].abs().max() == after[:, 0, 0, 1].abs().max() == 0
    torch.testing.assert_close(before.sum(-1), torch.ones(2, 1, 3))
    assert torch.equal(after[:, 0, 0, ::2], plain[:, 0, 0, ::2])
    assert torch.equal(after[:, 0, 1:], plain[:, 0, 1:])


def test_a_token_without_keys_has_a_gradient_of_zeros_not_of_nan() -> None:
    logits = torch.randn(1, 1, 2, 2, requires_grad=True)
    Silence(torch.ones(1, 2, 2, dtype=torch.bool))(logits, 0).sum().backward()
    assert logits.grad is not None
    assert torch.equal(logits.grad, torch.zeros_like(logits))


def test_one_direction_reaches_only_its_readers(build: Build, probe: Probe) -> None:
    model = build(layers=1)
    tokens: list[torch.Tensor] = []
    model.joint[0].register_forward_hook(lambda _, __, output: tokens.append(output))
    scores_of(model, probe)
    with silenced(model, cuts_of(model, Cut("emg>imu", "layer", 0)), "after"):
        scores_of(model, probe)
    start, stop = model.tokeniser.spans[0]
    assert torch.equal(tokens[0][:, start:stop], tokens[1][:, start:stop])
    assert not torch.equal(tokens[0][:, stop:], tokens[1][:, stop:])


def test_a_head_is_silenced_alone(build: Build) -> None:
    chosen = cuts_of(build(), Cut("cross", "head", 1, head=0))
    assert list(chosen) == [1]
    assert chosen[1][0].any()
    assert not chosen[1][1].any()


def test_from_a_layer_on_means_that_one_and_all_after_it(build: Build) -> None:
    assert list(cuts_of(build(layers=3), Cut("within", "from", 1))) == [1, 2]


def test_layers_within_have_no_pathway_across(build: Build) -> None:
    assert list(cuts_of(build("hierarchical"), Cut("cross", "all", None))) == [2, 3]


def test_a_random_control_silences_as_many_entries_of_each_head(build: Build) -> None:
    model = build("hierarchical")
    for layer in range(4):
        for group in ("within", "cross"):
            named = cuts_of(model, Cut(group, "layer", layer))
            drawn = cuts_of(model, Cut(group, "layer", layer, draw=1))
            assert list(named) == list(drawn)
            for entries, others in zip(named.values(), drawn.values(), strict=True):
                assert torch.equal(entries.sum((1, 2)), others.sum((1, 2)))
                assert not (others & ~reach(model, layer)).any()


def test_the_network_is_whole_again_after_an_error(build: Build, probe: Probe) -> None:
    model = build()
    before = scores_of(model, probe)
    with (
        pytest.raises(RuntimeError, match="stop"),
        silenced(model, cuts_of(model, Cut("all", "all", None)), "after"),
    ):
        raise RuntimeError("stop")
    assert torch.equal(scores_of(model, probe), before)


def test_a_network_trained_in_isolation_stays_isolated_under_other_cuts(build: Build, probe: Probe) -> None:
    model = build(silenced=["cross"])
    changed = probe.with_inputs((probe.inputs[0], probe.inputs[1] + 1))
    start, stop = model.tokeniser.spans[0]
    tokens: list[torch.Tensor] = []
    model.joint[-1].register_forward_hook(lambda _, __, output: tokens.append(output[:, start:stop]))
    with silenced(model, cuts_of(model, Cut("emg>emg", "layer", 0)), "before"):
        scores_of(model, probe)
        scores_of(model, changed)
    assert torch.equal(tokens[0], tokens[1])


def test_a_plan_holds_each_layer_each_group_and_their_controls(build: Build) -> None:
    cuts = planned(build(), "after", heads=True, draws=2)
    assert len(cuts) == len(set(cuts))
    assert sum(cut.scope == "head" for cut in cuts) == 2 * 2 * 2
    assert sum(cut.draw is not None for cut in cuts) == (2 + 1) * 2 * 2
    assert {cut.group for cut in cuts} == {"within", "cross", "emg>emg", "emg>imu", "imu>emg", "imu>imu"}


def test_a_perceptron_has_nothing_to_silence() -> None:
    with pytest.raises(UsageError, match="transformer"):
        attending(build_model("mlp", labels=2, inputs={"emg": (8, 3)}, patches=2))
