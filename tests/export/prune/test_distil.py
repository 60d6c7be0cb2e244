"""Distillation asks nothing of a copy, and brings a cut network nearer to the dense one."""

import copy

import numpy as np
import torch

from myoedge.export.loss import EpisodeLoss, inputs_of
from myoedge.export.network import FloatNetwork
from myoedge.export.prune.cut import cut
from myoedge.export.prune.distil import Distillation
from myoedge.export.prune.plan import Plan
from myoedge.export.prune.task import Episodes
from myoedge.export.train import draw_batch

HALF = Plan(((0,),) * 4, (tuple(range(8)),) * 4, tuple(range(16)))


def test_a_copy_loses_only_what_the_episodes_say(network: FloatNetwork, episodes: Episodes) -> None:
    drawn = draw_batch(episodes.recipe, episodes.pool, np.random.default_rng(0))
    own = EpisodeLoss(episodes.prior)
    same = copy.deepcopy(network.model)
    both = Distillation(own, network.model)(same, drawn)
    torch.testing.assert_close(both, own(same, drawn))
    small, _ = cut(network, HALF)
    assert Distillation(own, network.model)(small, drawn) > own(small, drawn) + 0.01


def test_what_is_cut_learns_to_say_what_the_dense_one_says(network: FloatNetwork, episodes: Episodes) -> None:
    drawn = draw_batch(episodes.recipe, episodes.pool, np.random.default_rng(0))
    inputs = inputs_of(drawn)

    def apart(model: torch.nn.Module) -> float:
        with torch.inference_mode():
            return float(((model(*inputs)[1] - network.model(*inputs)[1]) ** 2).mean())

    small, _ = cut(network, HALF)
    before = apart(small)
    said: list[str] = []
    episodes.tune(small, 12, said.append)
    assert apart(small) < 0.7 * before
    assert len(said) == 4 and not small.training
