"""Training finds planted patterns, for MyoSem and what it is held against; the same seed, the same way."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from myoedge.export.myosem.alignment import Weights
from myoedge.export.myosem.baseline import Baseline
from myoedge.export.myosem.baselines import BASELINES
from myoedge.export.myosem.batch import Augment
from myoedge.export.myosem.encoder import EncoderPlan
from myoedge.export.myosem.model import MyoSem, Plan
from myoedge.export.myosem.queries import QueryPlan
from myoedge.export.myosem.retrieve import embed_split, report, set_alone
from myoedge.export.myosem.seats import find_seats
from myoedge.export.myosem.split import split
from myoedge.export.myosem.train import Schedule, train
from myoedge.export.myosem.union import Union

SENTENCE = 12
SETTINGS = Schedule(steps=40, batch=24, every=20, rate=3e-3, looked_at=64)
PLAN = Plan(EncoderPlan(width=16, stem=8, layers=1, heads=2, hidden=16), QueryPlan(blocks=1, space=16))


def _vectors(actions: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(3).normal(size=(actions, 4, SENTENCE))
    found: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return found


def _trained(model: torch.nn.Module, union: Union, scheme: str) -> Any:
    apart = split(union, scheme)
    seats = find_seats(union, apart)
    vectors = _vectors(len(union.actions))
    train(model, union, apart, seats, vectors, SETTINGS, Weights(), Augment(turn=0.02), lambda _: None)
    return report(embed_split(model, union, apart, seats, vectors), union, apart)


def test_planted_patterns_are_found_again_in_people_unseen(union: Union) -> None:
    torch.manual_seed(0)
    found = _trained(MyoSem(PLAN, SENTENCE), union, "user")
    figures = found["pools"]["all"]
    assert figures["muscles to text"]["actions"]["r@1"] > 0.9
    assert figures["text to muscles"]["actions"]["map"] > 0.9
    assert figures["people"]["low"] <= figures["people"]["r@1"] <= figures["people"]["high"]
    assert set(found["own set"]) == {"a", "b", "all people"}


@pytest.mark.parametrize("name", BASELINES)
def test_each_baseline_learns_by_the_same_texts_and_loss(union: Union, name: str) -> None:
    torch.manual_seed(0)
    found = _trained(Baseline(name, SENTENCE), union, "rand")
    assert found["pools"]["all"]["muscles to text"]["actions"]["r@1"] > 0.35


def test_the_same_seed_gives_the_same_network(union: Union) -> None:
    apart = split(union, "rand")
    weights = []
    for _ in range(2):
        torch.manual_seed(5)
        model = MyoSem(PLAN, SENTENCE)
        short = Schedule(steps=4, batch=8, every=4)
        train(model, union, apart, {}, _vectors(4), short, Weights(), Augment(), lambda _: None)
        weights.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
    assert torch.equal(*weights)


def test_unseen_actions_are_asked_among_all_and_among_themselves(union: Union) -> None:
    torch.manual_seed(0)
    found = _trained(MyoSem(PLAN, SENTENCE), union, "class:0")
    assert found["pools"]["all"]["actions"] == 4 and found["pools"]["unseen"]["actions"] == 2


def test_the_control_that_knows_the_set_alone_is_right_by_chance_within_it(union: Union) -> None:
    apart = split(union, "rand")
    asked = embed_split(MyoSem(PLAN, SENTENCE), union, apart, {}, _vectors(4))
    assert set_alone(asked, union) == {"r@1": 0.25, "actions": 4}
