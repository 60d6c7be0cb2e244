"""Commands make the armband misbehave on request, and what happened is told with its time."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myoedge.edge.errors import LinkError, UsageError
from myoedge.firmware_bridge.virtual.serve import serve

DATA, COMMAND = "6d796f65-6467-4500-8000-000000000003", "6d796f65-6467-4500-8000-000000000004"


async def _stream(central: Any) -> None:
    await central.subscribe(DATA)
    await central.find(COMMAND).write_value(b"\x01", with_response=True)


def _feed(air: Any, *commands: object) -> "asyncio.Task[None]":
    lines = asyncio.StreamReader()
    for command in commands:
        lines.feed_data((command if isinstance(command, str) else json.dumps(command)).encode() + b"\n")
    lines.feed_eof()
    task: asyncio.Task[None] = asyncio.ensure_future(air.control.run(lines))
    air.running.append(task)
    return task


def _counts(central: Any) -> np.ndarray[Any, Any]:
    return np.concatenate(
        [np.frombuffer(value, "<i2", offset=7).reshape(-1, 8) for _, value, _ in central.heard]
    )


def test_silence_keeps_the_link_and_sends_nothing(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await _stream(central)
        await air.until(lambda: len(central.heard) > 3)
        _feed(air, {"op": "silence", "seconds": 0.4})
        await asyncio.sleep(0.1)
        heard = len(central.heard)
        await asyncio.sleep(0.2)
        assert len(central.heard) == heard and central.gone == []
        await air.until(lambda: len(central.heard) > heard + 5)
        assert air.armband.peripheral.lost > 0 and air.told("lost")

    play(story, "generic")


def test_loss_can_be_turned_up_and_off(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        _feed(air, {"op": "loss", "share": 1.0})
        await _stream(central)
        await air.until(lambda: air.armband.peripheral.lost > 50)
        assert central.heard == []
        _feed(air, {"op": "loss", "share": 0})
        await air.until(lambda: len(central.heard) > 5)

    play(story, "generic")


def test_a_flat_channel_is_flat_until_mended(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        _feed(air, {"op": "fault", "kind": "flat", "channel": 3})
        await _stream(central)
        await air.until(lambda: len(central.heard) > 10)
        counts = _counts(central)
        assert (counts[:, 3] == 0).all() and (counts[:, 2] != 0).any()
        _feed(air, {"op": "fault", "kind": "ok", "channel": 3})
        heard = len(central.heard)
        await air.until(lambda: len(central.heard) > heard + 10)
        assert (_counts(central)[-20:, 3] != 0).any()

    play(story, "generic")


def test_drop_battery_and_stall_are_obeyed(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        _feed(
            air,
            {"op": "battery", "percent": 5},
            {"op": "stall", "seconds": 0.05},
            {"op": "drop", "seconds": 0.1},
        )
        await air.until(lambda: bool(central.gone))
        assert air.armband.battery.percent == 5
        await central.connect(air.armband.peripheral.identity.address)

    play(story, "generic")


@pytest.mark.parametrize(
    "command",
    [
        "no json",
        "[]",
        "{}",
        {"op": "dance"},
        {"op": "loss"},
        {"op": "loss", "share": 2},
        {"op": "loss", "share": "NaN"},
        {"op": "fault", "kind": "nan", "channel": 1},
        {"op": "fault", "kind": "flat", "channel": 8},
        {"op": "routine", "name": "waltz"},
        {"op": "play", "npz": "/nowhere.npz"},
    ],
)
def test_a_command_that_cannot_be_obeyed_is_said_and_survived(play: Any, command: object) -> None:
    async def story(air: Any, central: Any) -> None:
        task = _feed(air, command, {"op": "battery", "percent": 7})
        await air.until(lambda: air.armband.battery.percent == 7)
        assert len(air.told("refused")) == 1 and not task.done()

    play(story, "generic", connect=False)


def test_a_wearer_performs_what_is_commanded_and_the_onset_is_told(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await _stream(central)
        _feed(
            air, {"op": "perform", "gesture": "fist", "level": 1.0}, {"op": "perform", "gesture": "levitate"}
        )
        await air.until(lambda: bool(air.told("onset")))
        onset = air.told("onset")[0]
        assert onset["gesture"] == "fist" and onset["t_ns"] == air.armband.body.emg_ns(onset["sample"])
        assert "levitate" in air.told("refused")[0]["text"]

    play(story, "generic", source="wearer", wearer="anna")


def test_a_movement_commanded_before_streaming_has_the_time_of_the_command(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await asyncio.sleep(0.3)
        before_ns = time.monotonic_ns()
        _feed(air, {"op": "perform", "gesture": "fist"})
        await asyncio.sleep(0.05)
        after_ns = time.monotonic_ns()
        await _stream(central)
        await air.until(lambda: bool(air.told("onset")))
        assert before_ns - 2_000_000 <= air.told("onset")[0]["t_ns"] <= after_ns

    play(story, "generic", source="wearer")


def test_a_wearer_can_cycle_through_gestures_by_itself(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("myoedge.firmware_bridge.virtual.serve.HOLD_S", 0.05)
    monkeypatch.setattr("myoedge.firmware_bridge.virtual.serve.REST_S", 0.05)

    async def story(air: Any, central: Any) -> None:
        await _stream(central)
        _feed(air, {"op": "routine", "name": "cycle"})
        await air.until(lambda: len(air.told("onset")) >= 4)
        gestures = [truth["gesture"] for truth in air.told("onset")]
        assert gestures[1] == gestures[3] == "rest" and gestures[0] != gestures[2]

    play(story, "generic", source="wearer")


def test_quit_ends_the_service_and_removes_its_socket(short_folder: Path) -> None:
    truths: list[Any] = []

    async def main() -> None:
        lines = asyncio.StreamReader()
        hci = f"unix-server:{short_folder}/hci"
        task = asyncio.ensure_future(serve("generic", {"source": "skin"}, hci, lines, truths.append))
        while not truths:
            await asyncio.sleep(0.01)
        assert (short_folder / "hci").exists()
        lines.feed_data(b'{"op":"quit"}\n')
        await asyncio.wait_for(task, 5)

    asyncio.run(main())
    assert truths[0]["truth"] == "ready" and not (short_folder / "hci").exists()


@pytest.mark.parametrize(
    ("hci", "error"),
    [
        ("unix-server:/nowhere/at/all/hci", LinkError),
        ("tcp-server:127.0.0.1:no", UsageError),
        ("pigeon:1", UsageError),
    ],
)
def test_a_transport_that_cannot_be_served_is_said(hci: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"write|choose|HCI"):
        asyncio.run(serve("generic", {"source": "skin"}, hci, None, lambda _: None))


def test_an_in_time_movement_has_its_true_time(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await _stream(central)
        await air.until(lambda: len(central.heard) > 20)
        body = air.armband.body
        first = int(np.frombuffer(central.heard[0][1], "<i2", offset=7)[0])
        for index, (_, value, when_s) in enumerate(central.heard):
            last = first + 10 * index + 9  # the pattern counts samples; ten a packet
            assert np.frombuffer(value, "<i2", offset=7)[0] == first + 10 * index
            assert when_s * 1e9 >= body.emg_ns(last)  # nothing arrives before it was measured

    play(story, "generic", interval_ms=0)
