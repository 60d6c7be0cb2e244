import json
import signal
import time
from typing import Any

import pytest

from myoedge.__main__ import main

AIR = "virtual:myo?wearer=anna&routine=cycle"
Desk = Any


def test_without_a_run_the_monitor_begins_one_and_ends_it(desk: Desk) -> None:
    done = desk.call("monitor", AIR, "--json", "--seconds", "3")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout.splitlines()[-1])
    assert (row["state"], row["bundle"], row["battery"], row["channels"]) == ("linked", "default", 91, 8)
    assert row["of"] > 10 and set(row["quality"]) == {"good"}
    assert f"running {AIR}" in done.stderr
    assert desk.orphans() == [] and list(desk.sockets.glob("*.sock")) == []


def test_beside_a_run_it_looks_on_and_leaves_it_alone(desk: Desk) -> None:
    running = desk.start("run", AIR, "--every")
    assert running.stdout and running.stdout.readline()
    done = desk.call("monitor", "--plain", "--seconds", "2.5")
    assert done.returncode == 0, done.stderr
    assert f"beside the run of {AIR}" in done.stderr
    assert "linked; " in done.stdout and "battery 91 %" in done.stdout
    assert running.poll() is None


def test_beyond_loopback_a_token_is_printed_with_the_address_and_ctrl_c_ends_it_all(desk: Desk) -> None:
    process = desk.start("monitor", AIR, "--web", "--listen", "0.0.0.0:0", "--json")
    assert process.stdout
    row = json.loads(process.stdout.readline())
    assert row["url"].endswith(f"/#{row['token']}") and len(row["token"]) == 23
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in err and row["token"] not in err
    assert desk.orphans() == []


def test_a_killed_monitor_leaves_nothing_behind(desk: Desk) -> None:
    process = desk.start("monitor", AIR, "--web", "--port", "0")
    assert process.stdout and process.stdout.readline()
    process.kill()
    process.communicate(timeout=60)
    end = time.monotonic() + 60  # the run sees its pipe closed, and the radio takes its time
    while (desk.orphans() or list(desk.sockets.glob("*.sock"))) and time.monotonic() < end:
        time.sleep(0.1)
    assert desk.orphans() == [] and list(desk.sockets.glob("*.sock")) == []


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("myo", "--listen", "0.0.0.0"), 2, "--web --listen"),
        (("recording:nosuch.jsonl",), 2, "?pace=live"),
        (("recording:nosuch.jsonl?pace=live", "--plain"), 3, "no recording at nosuch.jsonl"),
        (("nosuch:x", "--plain"), 2, "nosuch"),
        (("virtual:myo", "--plain", "--bundle", "nosuch"), 3, "nosuch"),
        (("virtual:myo", "--plain", "--budget-ms", "50"), 4, "cannot react within 50 ms"),
        (("virtual:myo", "--web", "--port", "99999"), 2, "is no port"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    words: tuple[str, ...], code: int, why: str, desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    for name, value in desk.env.items():
        monkeypatch.setenv(name, value)
    try:
        assert main(["monitor", *words]) == code
    except SystemExit as left:
        assert left.code == code
    said = capsys.readouterr()
    assert said.out == "" and why in said.err and said.err.count("\n") == 1
