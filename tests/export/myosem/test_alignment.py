"""The loss is small where windows sit at their texts, and each of its parts can be taken away."""

import pytest
import torch

from myoedge.export.myosem.alignment import Alignment, Weights

TEXTS = torch.eye(6)[:, None].repeat(1, 4, 1)
TRUTH = torch.tensor([0, 0, 1, 3, 3, 5])


def test_windows_at_their_texts_cost_little_and_elsewhere_much() -> None:
    near, far = (Alignment(Weights())(TEXTS[rows], TEXTS, TRUTH).item() for rows in (TRUTH, TRUTH.roll(2)))
    assert near < 1.2 < 10 < far


def test_with_many_positives_a_second_window_of_an_action_is_no_stranger() -> None:
    many, single = Alignment(Weights(0, 0)), Alignment(Weights(0, 0, many=False))
    windows = TEXTS[TRUTH].clone()
    windows[1] = TEXTS[2]  # the second window of the first action went astray: only one of the two says so
    good = TEXTS[TRUTH]
    worse = [(loss(windows, TEXTS, TRUTH) - loss(good, TEXTS, TRUTH)).item() for loss in (many, single)]
    assert worse[0] > worse[1] + 0.2


@pytest.mark.parametrize(
    "weights", [Weights(view=0), Weights(structure=0), Weights(0, 0), Weights(many=False)]
)
def test_every_part_can_be_left_out_and_what_is_left_can_be_learned_from(weights: Weights) -> None:
    torch.manual_seed(0)
    windows = torch.nn.functional.normalize(torch.randn(6, 4, 6), dim=-1).requires_grad_()
    loss = Alignment(weights)(windows, TEXTS, TRUTH)
    loss.backward()
    assert windows.grad is not None and windows.grad.abs().sum().item() > 0
    assert not torch.allclose(loss, Alignment(Weights())(windows, TEXTS, TRUTH))
