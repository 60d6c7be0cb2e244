"""The words behind the numbers of the large sets."""

import pytest

from myoedge.export.data.labels import canonical
from myoedge.export.data.movements import movement_names


@pytest.mark.parametrize(
    ("key", "count"),
    [
        ("ninapro-db1", 52),
        ("ninapro-db2", 49),
        ("ninapro-db3", 49),
        ("ninapro-db5", 52),
        ("ninapro-db7", 40),
        ("ninapro-db8", 9),
        ("hdsemg65", 59),
        ("myo-psl", 0),
    ],
)
def test_every_label_of_a_large_set_has_words(key: str, count: int) -> None:
    names = movement_names(key)
    assert len(names) == count == len(set(names))


@pytest.mark.parametrize(
    ("key", "number", "words", "name"),
    [
        ("ninapro-db2", 13, "wrist flexion", "wrist flexion"),
        ("ninapro-db1", 25, "wrist flexion", "wrist flexion"),
        ("ninapro-db5", 13, "thumb up", "thumb up"),
        ("ninapro-db7", 6, "fingers flexed together in fist", "fist"),
        ("ninapro-db3", 30, "tripod grasp", "tripod"),
        ("ninapro-db2", 44, "flexion of the index finger", "ninapro-db2:44"),
        ("ninapro-db8", 9, "tripod grip", "tripod"),
        ("hdsemg65", 33, "middle bend + index bend", "hdsemg65:33"),
        ("hdsemg65", 14, "wrist stretch", "wrist extension"),
    ],
)
def test_a_number_means_the_same_movement_in_its_words_and_its_canonical_name(
    key: str, number: int, words: str, name: str
) -> None:
    assert movement_names(key)[number - 1] == words
    assert canonical(key, str(number)) == name


@pytest.mark.parametrize("key", ["ninapro-db1", "ninapro-db2", "ninapro-db3", "ninapro-db5", "ninapro-db7"])
def test_no_two_labels_of_a_set_share_a_canonical_name(key: str) -> None:
    names = [canonical(key, str(number)) for number in range(len(movement_names(key)) + 1)]
    assert len(set(names)) == len(names)
