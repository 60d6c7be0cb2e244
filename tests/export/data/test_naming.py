"""Names in the order people count them."""

from pathlib import Path

from myoedge.export.data.naming import files, folders, natural, ranges


def test_numbers_inside_names_count() -> None:
    names = ["day10", "day2", "a", "day1b", "3", "day1"]
    assert sorted(names, key=natural) == ["3", "a", "day1", "day1b", "day2", "day10"]


def test_hidden_things_are_not_listed(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "._x.csv").touch()
    (tmp_path / "x.csv").touch()
    assert [path.name for path in folders(tmp_path)] == ["b"]
    assert [path.name for path in files(tmp_path, ".csv")] == ["x.csv"]


def test_numbers_are_written_as_a_person_writes_them() -> None:
    assert ranges([7, 1, 2, 3, 3]) == "1-3, 7"
    assert ranges([]) == "" and ranges([5]) == "5"
