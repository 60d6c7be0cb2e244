"""Pathways bear the names of who is read and who reads."""

import pytest

from myoedge.edge.errors import UsageError
from myoedge.export.models.pathway import entries, groups, pathways

OWNERS = ("emg", "emg", "imu")


def test_a_pathway_goes_from_the_keys_it_reads_to_the_queries_that_read() -> None:
    one = entries({("emg", "imu")}, OWNERS, heads=1)[0]
    assert one.int().tolist() == [[0, 0, 0], [0, 0, 0], [1, 1, 0]]


def test_within_and_across_are_all_there_is() -> None:
    of = groups(("emg", "imu", "force"))
    assert of["within"] | of["cross"] == of["all"]
    assert not of["within"] & of["cross"]
    assert len(of["cross"]) == 6
    assert of["emg>force"] == {("emg", "force")}


def test_some_heads_only() -> None:
    assert entries({("emg", "emg")}, OWNERS, heads=3, only=[1]).any((1, 2)).tolist() == [False, True, False]


def test_an_unknown_group_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="emg>imu"):
        pathways(["emg>eeg"], ("emg", "imu"))
