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


def test_a_brisker_pace_shortens_holds_and_pauses_alike() -> None:
    brisk = Plan().paced(1.25)
    assert (brisk.hold_s, brisk.pause_s, brisk.seconds) == (2.4, 1.6, 48)


def test_a_pace_that_leaves_no_time_to_react_is_refused() -> None:
    with pytest.raises(UsageError, match="a reaction takes"):
        Plan().paced(6)


def test_nobody_is_asked_for_more_than_half_of_it_again_unasked() -> None:
    assert Plan().most_redone == 6


def test_a_gesture_may_be_named_in_any_script() -> None:
    assert Plan(("rest", "\N{SIGN OF THE HORNS}", "Faust/\u5149")).labels[1] == "\N{SIGN OF THE HORNS}"


@pytest.mark.parametrize("label", ["", "a" * 10_000, "a\nb", "\x1b[2J", " fist", "\udcff"])
def test_a_gesture_that_no_terminal_could_bear_is_refused(label: str) -> None:
    with pytest.raises(UsageError, match="gesture") as error:
        Plan(("rest", label))
    assert len(str(error.value)) < 200
