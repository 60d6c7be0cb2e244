import os
import pty
from pathlib import Path
from typing import Any

Desk = Any


def test_list_and_show_tell_what_is_kept(office: Desk) -> None:
    (row,) = office.json("profile", "list")
    assert row["name"] == "anna" and "fist" in row["labels"] and row["versions"] >= 1
    shown = office.json("profile", "show", "anna")
    assert {f["what"] for f in shown["files"]} >= {
        "the profile in use",
        "the recording a profile was fitted to",
    }
    assert "0001.recording.jsonl" in office.call("profile", "show", "anna").stdout


def test_what_cannot_be_is_said_in_a_line(desk: Desk) -> None:
    for words, code, says in (
        (("delete", "nobody", "--yes"), 3, "no profile 'nobody'"),
        (("show", "\N{SIGN OF THE HORNS}"), 2, "cannot name a profile"),
        (("show", "a" * 10_000), 2, "a name of 10000 characters"),
        (("delete", "../x", "--yes"), 2, "cannot name a profile"),
        (("show",), 2, "wants a name"),
        (("list", "anna"), 2, "takes no name"),
    ):
        done = desk.call("profile", *words)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert says in done.stderr and len(done.stderr.splitlines()) == 1 and len(done.stderr) < 400


def test_export_takes_it_along_and_delete_asks_first(office: Desk) -> None:
    (office.home / "myoedge.toml").write_text('profile = "anna"\n')
    assert Path(office.json("profile", "export", "anna", "a.tar")["file"]).name == "a.tar"
    assert (office.home / "a.tar").stat().st_mode & 0o777 == 0o600
    done = office.call("profile", "delete", "anna")
    assert done.returncode == 2 and "add --yes" in done.stderr
    assert asked(office, b"n\n") == 1 and office.json("profile", "list")
    assert asked(office, b"y\n") == 0
    assert office.json("profile", "list") == []
    assert (office.home / "myoedge.toml").read_text() == ""
    assert not list((office.home / "data" / "profiles").iterdir())


def asked(desk: Desk, answer: bytes) -> int:
    far, near = pty.openpty()
    process = desk.start("profile", "delete", "anna", stdin=near)
    os.write(far, answer)
    _, err = process.communicate(timeout=60)
    os.close(far)
    os.close(near)
    assert "for good? [y/N]" in err
    return int(process.returncode)
