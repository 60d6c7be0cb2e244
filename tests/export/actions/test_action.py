"""Texts of actions: every named label has one, combinations are put together, bad files say what is wrong."""

from pathlib import Path

import pytest

from myoedge.edge.errors import FormatError, MyoedgeError, NotThereError
from myoedge.export.actions.action import load_actions, read_actions
from myoedge.export.data.movements import movement_names

FIVE_LINES = """
["stir soup"]
joints = "The forearm draws circles while the fingers keep hold of a long handle."
muscles = "A light lasting grip of the finger flexors under slow turns of all carpal muscles."
purpose = "Keeping a pot from burning."
"""


@pytest.mark.parametrize(
    ("key", "largest"),
    [
        *((f"ninapro-db{number}", 0) for number in (1, 2, 3, 5, 7, 8)),
        ("hdsemg65", 65),
        ("hdsemg65", 66),
    ],
)
def test_every_movement_that_a_set_names_has_texts(key: str, largest: int) -> None:
    actions = load_actions()
    for number in range(1 + len(movement_names(key, largest))):
        assert actions.of_label(key, str(number), largest), (key, number)


@pytest.mark.parametrize(
    ("key", "native", "name"),
    [
        ("ninapro-db2", "1", "thumb up"),
        ("hdsemg65", "10", "thumb raised"),  # the same words, but a force in a rig
        ("myo-lis", "A", "letter a"),
        ("myo-disco", "finger_gun", "finger gun"),
        ("flexemg-hd64", "Raise", "raise"),
        ("myo-laval", "6", "hand open"),
    ],
)
def test_a_label_means_the_action_of_its_own_set(key: str, native: str, name: str) -> None:
    found = load_actions().of_label(key, native)
    assert found is not None and found.name == name


def test_a_number_that_nobody_names_means_nothing() -> None:
    assert load_actions().of_label("myo-psl", "w01") is None


def test_a_combination_says_both_of_its_parts() -> None:
    actions = load_actions()
    both = actions.of_label("hdsemg65", "18")
    one, other = actions.find("little bend"), actions.find("thumb down")
    assert both is not None and one is not None and other is not None
    assert one.joints in both.joints and other.muscles in both.muscles


def test_five_lines_add_an_action(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(FIVE_LINES)
    found = load_actions([mine]).find("Stir soup")
    assert found is not None and found.purpose == "Keeping a pot from burning."


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'["x"]\njoints = "a"\n', "wanted the texts joints, muscles and purpose"),
        (b'["x"]\njoints = 1\nmuscles = "a"\npurpose = "b"\n', "texts in quotes"),
        (b'["x"]\njoints = "a"\nmuscles = "a"\npurpose = "b"\nalso = "c"\n', "also"),
        (b'["x"]\njoints = "a"\nmuscles = "a"\npurpose = "b"\ncolour = "c"\n', "colour"),
        (b"x = 3\n", "met 3"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[", "no TOML"),
        (b"#" * (1 << 21), "larger than"),
    ],
)
def test_a_bad_file_is_refused_with_what_was_wanted(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=says):
        read_actions(path)


def test_a_missing_file_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotThereError):
        read_actions(tmp_path / "none.toml")


def test_one_name_for_two_actions_is_refused(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(FIVE_LINES + 'also = ["Hand Close"]\n')
    with pytest.raises(MyoedgeError, match="two actions"):
        load_actions([mine])
