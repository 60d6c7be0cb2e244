import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

AIR = "virtual:myo?wearer=anna&routine=cycle"
Desk = Any


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def end(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> tuple[str, str]:
    process.send_signal(number)
    return process.communicate(timeout=60)


def until(process: "subprocess.Popen[str]", wanted: str) -> dict[str, Any]:
    """The first event whose label or kind is that."""
    assert process.stdout and process.stderr
    for line in process.stdout:
        row: dict[str, Any] = json.loads(line)
        if wanted in (row["label"], row["kind"]):
            return row
    raise AssertionError(process.stderr.read())


@pytest.fixture(scope="module")
def running(office: Desk) -> Generator["subprocess.Popen[str]", None, None]:
    """One run that many tests speak to: with a reader that never reads and a port nobody listens at."""
    process = office.start(
        "run", AIR, "--profile", "anna", "--every",
        "--to", "-", "--to", "unix:events.sock", "--to", "udp:127.0.0.1:9",
    )  # fmt: skip
    until(process, "gesture")
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(str(office.home / "events.sock"))
        yield process


def test_a_second_run_is_refused_with_the_cure(office: Desk, running: object) -> None:
    done = office.call("run", AIR, "--profile", "anna")
    assert done.returncode == 4
    assert done.stdout == ""
    assert "held by process" in done.stderr and "status, record, calibrate" in done.stderr


def test_status_shows_what_runs(office: Desk, running: object) -> None:
    row = office.json("status", AIR)["running"][0]
    assert (row["armband"], row["profile"], row["bundle"], row["battery"]) == (AIR, "anna", "classic", 91)
    assert office.json("status")["running"][0]["armband"] == AIR
    assert "profile anna, battery 91 %" in office.call("status").stdout


def test_record_listens_in_and_the_recording_replays(office: Desk, running: object) -> None:
    made = office.json("record", AIR, "tapped.jsonl", "--seconds", "1.5")
    assert made["packets"] > 50 and {"emg0", "emg1", "emg2", "emg3", "imu"} <= set(made["sources"])
    assert (office.home / "tapped.jsonl").stat().st_mode & 0o777 == 0o600
    events = rows(office.call("replay", "tapped.jsonl", "--profile", "anna", "--every").stdout)
    assert [row["phase"] for row in events].count("hold") > 5


def test_a_run_takes_over_what_calibrate_made_through_it(
    office: Desk, running: "subprocess.Popen[str]"
) -> None:
    made = office.json(
        "calibrate", AIR, "--profile", "anna2", "--bundle", "classic", "--gestures", "rest,fist",
        "--repetitions", "1", "--hold-s", "1", "--pause-s", "0.3",
    )  # fmt: skip
    assert made["taken_over"] is True
    assert made["labels"] == ["fist", "rest"]
    assert office.json("status", AIR)["running"][0]["profile"] == "anna2"
    assert Path(made["path"]).stat().st_mode & 0o777 == 0o600
    kept = Path(made["path"].replace(".json", ".recording.jsonl"))
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_text().count('"label":"fist"') == 2


def test_a_run_keeps_its_profile_where_the_new_one_does_not_fit(office: Desk, running: object) -> None:
    before = office.json("status", AIR)["running"][0]["profile"]
    home = office.home / "data" / "profiles" / "odd"
    home.mkdir()
    row = json.loads(next((office.home / "data" / "profiles" / "anna").glob("*.json")).read_text())
    for name in ("0001.json", "0002.json"):
        (home / name).write_text(json.dumps({**row, "bundle": "0" * 64, "wearer": "odd"}))
    done = office.call("calibrate", "--restore", "--profile", "odd", AIR, "--json")
    assert (done.returncode, json.loads(done.stdout)["taken_over"]) == (0, False)
    assert "the running one keeps its profile: profile odd was made for bundle" in done.stderr
    assert office.json("status", AIR)["running"][0]["profile"] == before


def test_sigterm_puts_the_outputs_at_rest_and_gives_the_armband_back(
    office: Desk, running: "subprocess.Popen[str]"
) -> None:
    """Last of this file's shared run; no reader that does not read has held it up."""
    assert running.poll() is None
    out, err = end(running)
    assert running.returncode == 130
    events = rows(out)
    assert [row["label"] for row in events[-2:]] == ["rest", "stopped"]
    assert "Traceback" not in err and "never retrieved" not in err
    assert "budget 150 ms = " in err
    assert office.orphans() == []
    assert list(office.sockets.glob("*.sock")) == []
    assert not (office.home / "events.sock").exists()
    assert list((office.home / "tmp").iterdir()) == []


def test_without_a_profile_there_are_events(office: Desk) -> None:
    done = office.call("run", "recording:session.jsonl", "--every", "-q")
    assert done.returncode == 0
    assert {row["profile"] for row in rows(done.stdout)} == {None}
    assert done.stderr == ""


def test_reasons_beside_a_hand_are_refused(office: Desk) -> None:
    done = office.call("run", "virtual:myo", "--explain", "--to", "-", "--to", "hand:left")
    assert done.returncode == 2
    assert "--explain with hand:left" in done.stderr
    assert done.stdout == ""


def test_events_end_a_run(office: Desk) -> None:
    done = office.call("run", "recording:session.jsonl", "--profile", "anna", "--every", "--events", "3")
    assert len(rows(done.stdout)) == 3


def test_json_goes_to_stdout_where_the_events_do_not(office: Desk) -> None:
    words = ("run", "recording:session.jsonl", "--profile", "anna", "--to", "udp:127.0.0.1:9")
    row = office.json(*words)
    assert row["counters"]["chunks"] > 100
    assert office.call(*words).stdout == ""


def test_settings_stand_for_what_is_not_asked_for(desk: Desk, office: Desk) -> None:
    recording = office.home / "session.jsonl"
    (desk.home / "myoedge.toml").write_text(f'armband = "recording:{recording}"\nto = ["unix:kept.sock"]\n')
    assert desk.call("run").stdout == ""
    assert rows(desk.call("run", "--to", "-", "--every").stdout)


def test_a_run_ends_when_nobody_reads_its_only_output(office: Desk) -> None:
    process = office.start("run", "virtual:myo?routine=cycle", "--every")
    until(process, "gesture")
    process.stdout.close()
    assert process.wait(60) == 1
    assert "nobody reads the events any more" in process.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_can_be_interrupted_while_it_connects(desk: Desk, number: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        process = desk.start("run", "myo", "--radio", f"tcp-client:127.0.0.1:{mute.getsockname()[1]}")
        mute.settimeout(60)
        with contextlib.closing(mute.accept()[0]):  # it waits for a controller that never answers
            out, err = end(process, number)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_no_bluetooth_names_the_cure(desk: Desk) -> None:
    desk.env["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={desk.home}/nosuch"
    for words in (("run", "myo"), ("scan", "--seconds", "1"), ("pair", "myo")):
        done = desk.call(*words)
        assert (done.returncode, done.stdout) == (3, "")
        assert "install and start bluez" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_full_pipe_does_not_hold_the_end_up(office: Desk, first_line: Callable[..., str]) -> None:
    read, write = os.pipe()
    process = office.start("run", "recording:session.jsonl?pace=live", "--every", stdout=write)
    os.close(write)
    os.set_blocking(read, True)
    assert os.read(read, 10)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    os.close(read)
