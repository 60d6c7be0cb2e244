"""What a session asks for."""

import pytest

from myoedge.calibration.plan import Plan
from myoedge.edge.errors import UsageError


def test_the_default_takes_about_a_minute() -> None:
    assert Plan().seconds == 60
    assert len(Plan().labels) == 6


def test_repetitions_of_one_gesture_are_spread_and_rest_comes_first() -> None:
    turns = list(Plan(("fist", "rest"), repetitions=2).turns())
    assert turns == [("rest", 0), ("fist", 0), ("rest", 1), ("fist", 1)]


@pytest.mark.parametrize(
    "plan",
    [
        {"labels": ("fist",)},
        {"labels": ("fist", "fist")},
        {"labels": ()},
        {"repetitions": 0},
        {"hold_s": 0.4},
        {"pause_s": -1.0},
        {"hold_s": float("nan")},
    ],
)
def test_a_plan_that_can_give_no_profile_is_refused(plan: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Plan(**plan)  # type: ignore[arg-type]
