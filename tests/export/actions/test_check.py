"""What is judged about the texts: the shipped ones have no fault, and each kind of fault is found."""

from dataclasses import replace

import pytest

from myoedge.export.actions.action import Action, load_actions
from myoedge.export.actions.check import faults

GOOD = Action(
    "stir soup",
    "The forearm draws circles while the fingers keep hold of a handle.",
    "A light lasting grip of the finger flexors under slow turns.",
    "Keeping a pot from burning on the stove.",
)


def test_the_shipped_texts_have_no_fault() -> None:
    assert faults(load_actions().by_name.values()) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"joints": "Short."}, "6 characters"),
        ({"joints": "Long " * 80}, "400 characters"),
        ({"purpose": "When you Stir Soup in a pot."}, "its own name"),
        ({"muscles": "First this works. Then that works. Then all work."}, "one sentence or two"),
        ({"muscles": "A light grip\nof the finger flexors."}, "control character"),
        ({"name": ""}, "a name has"),
        ({"also": ("handle",)}, "'handle'"),
    ],
)
def test_each_fault_is_said(change: dict[str, object], says: str) -> None:
    assert faults([GOOD]) == []
    found = faults([replace(GOOD, **change)])  # type: ignore[arg-type]
    assert any(says in fault for fault in found), found


def test_two_actions_that_say_the_same_are_told_apart_by_nobody() -> None:
    twin = replace(GOOD, name="stir tea", joints=GOOD.joints.upper())
    found = faults([GOOD, twin])
    assert len(found) == 3 and all("have the same" in fault for fault in found)
