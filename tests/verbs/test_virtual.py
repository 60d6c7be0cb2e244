import json
import signal
from collections.abc import Callable
from typing import Any

import pytest

Desk = Any


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_virtual_says_ready_and_ends_with_a_signal(
    desk: Desk, first_line: Callable[..., str], number: int
) -> None:
    process = desk.start("virtual", "virtual:generic?channels=4", "--hci", "unix-server:hci")
    assert first_line(process) == "ready\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_virtual_says_ready_as_json_when_asked(desk: Desk, first_line: Callable[..., str]) -> None:
    process = desk.start("virtual", "myo", "--hci", "unix-server:hci", "--json")
    row = json.loads(first_line(process))
    assert (row["truth"], row["address"]) == ("ready", "D7:91:D9:1C:C3:EB")
