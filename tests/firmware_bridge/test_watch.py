import asyncio
import itertools
import json
from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

from myoedge.edge.event import Event
from myoedge.edge.owner import control_path
from myoedge.edge.recording import Arrival
from myoedge.edge.window import Window
from myoedge.firmware_bridge.device import Choice, Device
from myoedge.firmware_bridge.watch import SAID, Watch

AIR = "virtual:myo?wearer=anna&routine=cycle"


@pytest.fixture(autouse=True)
def private(monkeypatch: pytest.MonkeyPatch) -> Generator[None, None, None]:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="m") as folder:  # short: a socket's path has 107 bytes
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


async def looked_on(wanted: int, reader: asyncio.StreamReader) -> list[dict[str, Any]]:
    return [json.loads(await asyncio.wait_for(reader.readline(), 30)) for _ in range(wanted)]


def test_who_looks_on_sees_packets_decisions_stamps_and_events() -> None:
    async def work() -> tuple[list[dict[str, Any]], bool]:
        async with Device(AIR, "", Choice("default"), []) as device:
            stop = asyncio.Event()
            running = asyncio.create_task(device.run(stop))
            reader, writer = await asyncio.open_unix_connection(control_path(AIR))
            writer.write(b'{"op":"watch"}\n')
            rows = await looked_on(60, reader)
            writer.close()
            await asyncio.sleep(0.1)
            watching = device._watch.watching
            stop.set()
            await running
            return rows, watching

    (hello, *rows), watching = asyncio.run(work())
    assert hello["ok"] and hello["watch"] and not hello["tap"]
    assert (hello["bundle"], hello["battery"], hello["streams"]["emg"]["channels"]) == ("default", 91, 8)
    decided = [decision for row in rows for decision in row["decisions"]]
    assert len(decided) > 40
    assert all(later > earlier for earlier, later in itertools.pairwise(decided))
    for _, arrival_ns, *stamps in decided:
        assert arrival_ns <= stamps[1]
        assert stamps == sorted(stamps) and len(stamps) == 5
    assert {name for row in rows for _, name, _ in row["packets"]} >= {"emg0", "emg1", "emg2", "emg3", "imu"}
    assert rows[-1]["channels"] == ["normal"] * 8
    assert rows[-1]["decision"]["best"] and 0 <= rows[-1]["decision"]["score"] <= 1
    assert any(event["kind"] == "gesture" for row in rows for event in row["events"])
    assert not watching


@pytest.mark.parametrize(("apart_ms", "lines"), [(50, 100), (10, 20), (30, 60), (100, 100)])
def test_lines_keep_to_twenty_a_second_however_often_is_decided(apart_ms: int, lines: int) -> None:
    async def work() -> int:
        watch, sent = Watch(), 0

        def send() -> None:
            nonlocal sent
            sent += 1

        watch._send = send  # type: ignore[method-assign]
        watch.outlets.append(Open())
        window = Window({}, np.zeros(0, bool), (), 0, 0, 0.0)
        for number in range(100):
            at_ns = 10**12 + number * apart_ms * 1_000_000
            watch.decided(window, [at_ns] * 5, None)
        await asyncio.sleep(0)
        return sent

    assert abs(asyncio.run(work()) - lines) <= 1


class Open:
    """An outlet that somebody looks on through."""

    watching = True

    def watched(self, line: bytes) -> None:
        raise AssertionError(line)


def test_nothing_is_kept_while_nobody_looks_on() -> None:
    watch = Watch()
    watch.arrived(Arrival(1, "emg0", b"\x01"))
    watch(Event("status", "linked", None))
    assert not watch._packets and not watch._events


def test_what_waits_for_a_line_is_bounded() -> None:
    watch = Watch()
    watch.watching = True
    for t_ns in range(3 * SAID):
        watch(Event("status", "linked", None, t_ns=t_ns))
    assert len(watch._events) == SAID
    assert json.loads(watch._events[-1])["t_ns"] == 3 * SAID - 1
