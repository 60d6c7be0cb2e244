"""The budget: what is fixed comes off first."""

from collections.abc import Callable

import pytest

from myoedge.edge.budget import make_budget
from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import BudgetError


def test_the_deadline_is_what_is_left(make_bundle: Callable[..., Bundle]) -> None:
    budget = make_budget(make_bundle(), 150)
    assert (budget.window_ms, budget.wait_ms, budget.decision_ms) == (100, 25, 0)
    assert (budget.deadline_ms, budget.deadline_ns) == (25, 25_000_000)
    for number in ("150", "100", "25"):
        assert number in str(budget)


def test_each_confirmation_costs_a_hop(make_bundle: Callable[..., Bundle]) -> None:
    bundle = make_bundle()
    assert make_budget(bundle, 300, confirm=3).deadline_ms == 300 - 100 - 25 - 2 * 50
    assert make_budget(bundle, 150, hop_ms=20).deadline_ms == 150 - 100 - 10


def test_a_bundle_that_cannot_be_in_time_is_refused(make_bundle: Callable[..., Bundle]) -> None:
    with pytest.raises(BudgetError, match="125 ms are fixed") as refused:
        make_budget(make_bundle(), 120)
    assert refused.value.exit_code == 4
