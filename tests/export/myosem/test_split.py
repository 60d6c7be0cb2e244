"""No repetition, person, action or set is on two sides of its split."""

import numpy as np
import pytest

from myoedge.edge.errors import UsageError
from myoedge.export.myosem.split import TEST, TRAIN, VALIDATION, split
from myoedge.export.myosem.union import Union


def test_a_repetition_has_one_role(union: Union) -> None:
    for one, roles in zip(union.sets, split(union, "rand").roles, strict=True):
        for repetition in np.unique(one.repetition):
            assert len(set(roles[one.repetition == repetition].tolist())) == 1
        assert (roles == TEST).mean() == 0.25 and (roles == VALIDATION).mean() == 0.25


def test_a_person_has_one_role(union: Union) -> None:
    for one, roles in zip(union.sets, split(union, "user").roles, strict=True):
        person = np.array([r.person for r in one.repetitions])[one.repetition]
        assert sorted(len(set(roles[person == name].tolist())) for name in np.unique(person)) == [1] * 4
        assert {TRAIN, VALIDATION, TEST} == set(roles.tolist())


def test_held_out_actions_teach_nothing_in_any_set(union: Union) -> None:
    draws = [split(union, f"class:{draw}") for draw in range(3)]
    for one in draws:
        assert one.unseen and union.actions.index("rest") not in one.unseen
        for windows, roles in zip(union.sets, one.roles, strict=True):
            assert set(roles[np.isin(windows.action, one.unseen)].tolist()) == {TEST}
    assert len({one.unseen for one in draws}) > 1


def test_a_set_that_is_asked_teaches_nothing(union: Union) -> None:
    found = split(union, "set:b")
    assert set(found.roles[1].tolist()) == {TEST} and TEST not in found.roles[0]


@pytest.mark.parametrize("scheme", ["class", "class:x", "set:c", "rand:1", "people", "amputee"])
def test_a_split_that_cannot_be_had_is_refused(union: Union, scheme: str) -> None:
    with pytest.raises(UsageError):
        split(union, scheme)
