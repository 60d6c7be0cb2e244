"""`pair`, `forget`, `scan` and `status` of an armband that `virtual` serves to other programs."""

import signal
import socket
from collections.abc import Callable, Generator
from typing import Any

import pytest

Desk = Any


@pytest.fixture
def radio(desk: Desk, first_line: Callable[..., str]) -> Generator[str, None, None]:
    """The HCI of a radio in reach of one virtual Myo."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = desk.start("virtual", "myo", "--hci", f"tcp-server:127.0.0.1:{port}")
    assert first_line(process) == "ready\n"
    yield f"tcp-client:127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 130


def test_an_armband_is_found_remembered_run_and_forgotten(
    desk: Desk, radio: str, first_line: Callable[..., str]
) -> None:
    found = desk.json("scan", "--seconds", "0.5", "--radio", radio)["armbands"]
    assert [one["kind"] for one in found] == ["myo"]
    paired = desk.json("pair", "myo", "--radio", radio)
    assert paired["armband"] == f"myo:{found[0]['address']}"
    assert paired["battery"] == 91
    assert desk.json("status") == {"running": [], "remembered": paired["armband"]}
    assert (
        desk.json("run", "--events", "3", "--every", "--to", "udp:127.0.0.1:9")["armband"]
        == paired["armband"]
    )
    process = desk.start("run", "myo", "--radio", radio, "--every")
    first_line(process)
    again = desk.call("run", "--radio", radio)
    assert (again.returncode, "held by process" in again.stderr) == (4, True)
    assert [row["armband"] for row in desk.json("status")["running"]] == ["myo"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 130
    assert desk.json("forget")["forgot"] == paired["armband"]
    assert desk.call("run").returncode == 2
