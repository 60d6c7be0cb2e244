import json
import signal
from pathlib import Path
from typing import Any

Desk = Any
SHORT = ("--bundle", "classic", "--gestures", "rest,fist", "--hold-s", "0.9", "--pause-s", "0.3")


def profiles(desk: Desk, name: str) -> list[str]:
    home: Path = desk.home / "data" / "profiles" / name
    return sorted(path.name for path in home.iterdir()) if home.is_dir() else []


def test_calibrate_tells_what_to_do_and_keeps_a_private_profile(desk: Desk) -> None:
    done = desk.call("calibrate", "virtual:myo", "--profile", "anna", *SHORT)
    assert done.returncode == 0, done.stderr
    assert "[2/4] get ready: fist" in done.stderr and "FIST: hold 0.9 s" in done.stderr
    assert "never retrieved" not in done.stderr and "Traceback" not in done.stderr
    assert "kept in" in done.stdout and "held out in turn" in done.stdout
    assert profiles(desk, "anna") == ["0001.json", "0001.recording.jsonl", "0001.report.html"]
    assert {p.stat().st_mode & 0o777 for p in (desk.home / "data" / "profiles" / "anna").iterdir()} == {0o600}
    assert desk.orphans() == []


def test_words_are_taught_and_a_new_calibration_takes_them_along(desk: Desk) -> None:
    grips = ("--gestures", "rest,fist", "--hold-s", "0.9", "--pause-s", "0.3")
    assert desk.call("calibrate", "virtual:myo", "--profile", "anna", *grips).returncode == 0
    words = ("--words", "wrist flexion,wrist extension", "--repetitions", "1")
    taught = desk.call("calibrate", "virtual:myo", "--profile", "anna", *words)
    assert taught.returncode == 0, taught.stderr
    assert "wrist extension, wrist flexion known; kept in" in taught.stdout
    again = desk.call("calibrate", "virtual:myo", "--profile", "anna", *grips)
    assert again.returncode == 0, again.stderr
    assert "the words wrist extension, wrist flexion are still known" in again.stderr
    kept = json.loads((desk.home / "data" / "profiles" / "anna" / "0003.json").read_text())
    assert sorted(kept["words"]["labels"]) == ["wrist extension", "wrist flexion"]


def test_an_interrupted_calibration_leaves_nothing(desk: Desk) -> None:
    process = desk.start("calibrate", "virtual:myo", "--profile", "anna", *SHORT)
    while "hold" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "stopped; the last good profile is untouched"
    assert profiles(desk, "anna") == []
    assert desk.orphans() == []
    assert list((desk.home / "tmp").iterdir()) == []


def test_restore_brings_the_one_before_back(office: Desk) -> None:
    home = office.home / "data" / "profiles" / "anna"
    (home / "0002.json").write_bytes((home / "0001.json").read_bytes())
    assert json.loads(office.call("calibrate", "--restore", "--profile", "anna", "--json").stdout) == {
        "profile": "anna",
        "path": str(home / "0001.json"),
        "taken_over": False,
    }
    done = office.call("calibrate", "--restore", "--profile", "anna")
    assert done.returncode == 3
    assert "no older version to restore" in done.stderr


def test_what_cannot_be_asked_for_is_said_before_the_session(desk: Desk) -> None:
    for words, says in (
        (("--accept", "2"), "wanted 0.5 to 0.999"),
        (("--gestures", "rest," + "a" * 10_000), "named by 10000 characters"),
        (("--gestures", "rest,a\x1b[2J"), "without control characters"),
        (("--pace", "9"), "a reaction takes"),
    ):
        done = desk.call("calibrate", "virtual:myo", "--profile", "anna", *words)
        assert done.returncode == 2 and says in done.stderr, done.stderr
        assert len(done.stderr) < 400 and len(done.stderr.splitlines()) == 1
    done = desk.call("calibrate", "virtual:myo", "--profile", "\N{SIGN OF THE HORNS}/" * 5000)
    assert done.returncode == 2 and len(done.stderr) < 400
