import asyncio
from typing import Any

import pytest

from myoedge.boards.demo import demo
from myoedge.boards.demo_score import table
from myoedge.calibration.plan import Plan
from myoedge.edge.errors import NotThereError, UsageError


def test_the_demo_calibrates_runs_and_is_judged_by_the_truth() -> None:
    said: list[str] = []
    plan = Plan(("rest", "fist", "wrist extension"), hold_s=1.5, pause_s=0.6)  # a busy machine is late
    row = asyncio.run(demo("anna", "classic", 6.0, said.append, plan))
    assert row["judged"] > 20 and row["accuracy"] > 0.5
    assert row["repetitions"]["of"] >= 1
    assert row["budget_ms"] == 150
    assert "whole gestures" in table(row)
    assert any("held out" in line for line in said) and any(
        line.startswith("running for 6 s") for line in said
    )


def test_two_demos_at_once_are_two_armbands() -> None:
    async def work() -> list[dict[str, Any]]:
        plan = Plan(("rest", "fist"), 1, hold_s=0.9, pause_s=0.3)
        return await asyncio.gather(*(demo("anna", "classic", 0.5, lambda _: None, plan) for _ in range(2)))

    first, second = asyncio.run(work())
    assert first["decisions"] > 0 and second["decisions"] > 0


def test_a_wearer_nobody_knows_is_refused() -> None:
    with pytest.raises((NotThereError, UsageError), match="nosuch"):
        asyncio.run(demo("nosuch", "classic", 1.0, lambda _: None))
