"""An armband that is run, shared and tapped (device, share, links/tap)."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from myoedge.edge.errors import BudgetError, LinkError, MismatchError, NotThereError, OwnedError, TrustError
from myoedge.edge.event import Event
from myoedge.edge.owner import Owner, control_path, owned
from myoedge.firmware_bridge.device import Choice, Device, is_live, load
from myoedge.firmware_bridge.share import open_or_share

AIR = "virtual:myo?wearer=anna&routine=cycle"


@pytest.fixture(autouse=True)
def private(monkeypatch: pytest.MonkeyPatch) -> Generator[None, None, None]:
    with tempfile.TemporaryDirectory(prefix="m") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


async def shared_run() -> dict[str, Any]:
    """One runs the armband, the other listens in, prompts its wearer and hears it end."""
    events: list[Event] = []
    found: dict[str, Any] = {"events": events}
    async with Device(AIR, "bluez", Choice(every=True), [events.append]) as device:
        stop = asyncio.Event()
        running = asyncio.create_task(device.run(stop))
        try:
            Owner(AIR)
        except OwnedError as error:
            found["second"] = error
        async with open_or_share(AIR) as tapped:
            found |= {"name": tapped.name, "specs": dict(tapped.specs), "address": tapped.address}
            items = [await anext(tapped) for _ in range(20)]
            found["modalities"] = {item.modality for item in items if hasattr(item, "modality")}
            found["battery"] = await tapped.battery()
            await tapped.vibrate(1)
            await asyncio.to_thread(tapped.wearer.perform, "fist")  # it waits for the owner: us
            stop.set()
            await running
            found |= {"status": device.status(), "sockets": owned()}
    return found


def test_who_comes_second_gets_packets_answers_and_the_wearer_through_the_owner() -> None:
    found = asyncio.run(shared_run())
    assert isinstance(found["second"], OwnedError)
    assert (found["name"], found["battery"]) == ("myo", 91)
    assert found["address"] == found["status"]["address"]
    assert {name: spec.channels for name, spec in found["specs"].items()} == {"emg": 8, "imu": 10}
    assert found["specs"]["emg"].limit == 128
    assert found["modalities"] == {"emg", "imu"}
    assert [event.label for event in found["events"][-2:]] == ["rest", "stopped"]
    assert len(found["sockets"]) == 1 and owned() == []


def test_who_listens_in_hears_the_end_of_the_owner() -> None:
    async def work() -> list[str]:
        async with Device(AIR, "bluez", Choice(), []) as device:
            running = asyncio.create_task(device.run(asyncio.Event()))
            async with open_or_share(AIR) as tapped:
                await anext(tapped)
                running.cancel()
                await asyncio.wait((running,))
                await device.__aexit__(None, None, None)
                kinds = [getattr(item, "kind", "chunk") async for item in tapped]
                with pytest.raises(LinkError, match="is gone"):
                    await tapped.battery()
                with pytest.raises(LinkError, match="is gone"):
                    tapped.wearer.perform("fist")
                return kinds

    assert asyncio.run(work())[-1] == "ended"


def test_a_cancelled_run_has_put_its_outputs_at_rest() -> None:
    async def work() -> list[str]:
        events: list[Event] = []
        async with Device(AIR, "bluez", Choice(), [events.append]) as device:
            running = asyncio.create_task(device.run(asyncio.Event()))
            while not events:
                await asyncio.sleep(0.01)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            return [event.label for event in events]

    assert asyncio.run(work())[-2:] == ["rest", "stopped"]


def test_an_owner_that_shares_with_nobody_is_named_with_what_to_do() -> None:
    async def work() -> None:
        async with open_or_share(AIR):
            pass

    with (
        Owner(AIR),
        pytest.raises(OwnedError, match=rf"process {os.getpid()}, which shares.*calibrates.*wait"),
    ):
        asyncio.run(work())


def test_an_owner_that_does_not_listen_is_said() -> None:
    async def work() -> None:
        async with open_or_share(AIR):
            pass

    with Owner(AIR):
        control_path(AIR).touch()
        with pytest.raises(NotThereError, match="does not answer"):
            asyncio.run(work())


@pytest.mark.parametrize(
    ("choice", "error"),
    [
        (Choice(budget_ms=10), BudgetError),
        (Choice(bundle="nosuch"), NotThereError),
        (Choice(bundle="classic"), MismatchError),
    ],
)
def test_what_cannot_run_gives_the_armband_back(choice: Choice, error: type[Exception]) -> None:
    async def work() -> None:
        async with Device(AIR, "bluez", choice, []):
            pass

    with pytest.raises(error):
        asyncio.run(work())
    with Owner(AIR):
        assert owned() == []


def test_a_bundle_nobody_vouches_for_runs_only_on_request(tmp_path: Path) -> None:
    from myoedge.edge.bundle import SHIPPED

    shutil.copytree(SHIPPED / "classic", tmp_path / "mine")
    file = tmp_path / "mine" / "bundle.json"
    file.write_text(file.read_text().replace('"classic"', '"mine"'))
    with pytest.raises(TrustError, match="--unsigned"):
        load(Choice(str(tmp_path / "mine")))
    assert load(Choice(str(tmp_path / "mine"), unsigned=True)).trust == "unsigned"


def test_only_an_unpaced_recording_is_not_live() -> None:
    assert is_live("myo") and is_live("virtual:myo") and is_live("recording:a.jsonl?pace=live")
    assert not is_live("recording:a.jsonl")
