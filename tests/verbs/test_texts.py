"""`myoedge texts`: views are shown by name, and a person's file is checked."""

import json
from pathlib import Path

import pytest

from myoedge.__main__ import main


def test_an_action_is_shown_in_its_four_views(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["texts", "show", "Key Grasp", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["actions"]
    assert row["name"] == "key grasp" and set(row) == {"name", "joints", "muscles", "purpose"}


def test_an_unknown_action_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["texts", "show", "fly"]) == 3
    assert "'fly'" in capsys.readouterr().err


def test_a_faulty_file_ends_in_one_and_says_each_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('["fly"]\njoints = "Arms fly up and down like wings."\nmuscles = "m"\npurpose = "p"\n')
    assert main(["texts", "check", str(path)]) == 1
    out = capsys.readouterr().out
    assert "its own name" in out and "3 faults" in out


def test_the_shipped_texts_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["texts", "check"]) == 0
    assert "0 faults" in capsys.readouterr().out
