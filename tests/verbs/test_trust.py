"""`myoedge trust` as a person calls it: keys by name, and the own key to pass on."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

Call = Callable[..., "CompletedProcess[str]"]
KEY = "ed25519:" + "ab" * 32


def row_of(done: "CompletedProcess[str]") -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_key_is_added_listed_and_removed(call: Call, tmp_path: Path) -> None:
    assert row_of(call("trust", "list", "--json")) == {"own": None, "trusted": []}
    (tmp_path / "maker.key").write_text(KEY + "\n")
    added = row_of(call("trust", "add", "maker.key", "--label", "maker", "--json"))
    assert (added["label"], added["key"]) == ("maker", KEY)
    assert row_of(call("trust", "list", "--json")) == {"own": None, "trusted": [added]}
    again = call("trust", "add", KEY)
    assert again.returncode == 2 and "trusted already" in again.stderr
    assert row_of(call("trust", "remove", added["fingerprint"], "--json")) == added
    assert call("trust", "remove", "maker").returncode == 3
    nameless = row_of(call("trust", "add", KEY, "--json"))
    assert nameless["label"] == "key-" + added["fingerprint"][:9]


def test_the_own_key_is_the_same_each_time_and_can_be_passed_on(call: Call) -> None:
    first = call("trust", "own")
    assert first.returncode == 0 and first.stdout == call("trust", "own", "-q").stdout
    row = row_of(call("trust", "list", "--json"))["own"]
    assert first.stdout == row["key"] + "\n" and row["fingerprint"] in first.stderr
    assert row["label"] == "own"


def test_what_makes_no_sense_is_wrong_usage(call: Call, tmp_path: Path) -> None:
    for words in (
        ("add",),
        ("list", KEY),
        ("remove",),
        ("own", KEY),
        ("list", "--label", "a"),
        ("burn", KEY),
    ):
        done = call("trust", *words)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr
    (tmp_path / "bad.key").write_text("garbage")
    assert call("trust", "add", "bad.key").returncode == 2
    assert call("trust", "add", "nix.key").returncode == 3
    assert not (tmp_path / "data" / "keys").exists()


def test_a_damaged_list_is_refused_in_a_line(call: Call, tmp_path: Path) -> None:
    row_of(call("trust", "add", KEY, "--label", "maker", "--json"))
    (tmp_path / "data" / "keys" / "trusted.json").write_text("garbage")
    for words in (("list",), ("add", "ed25519:" + "cd" * 32), ("remove", "maker")):
        done = call("trust", *words)
        assert done.returncode == 4 and "no key counts" in done.stderr
