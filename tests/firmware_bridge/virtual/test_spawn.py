"""A spawned armband is a process of its own that comes up ready and never outlives its owner."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myoedge.edge.errors import LinkError, UsageError
from myoedge.firmware_bridge.virtual.spawn import Spawned, spawn

BASE = "d506{:04x}-a904-deb9-4748-2c7f4a124842"
EMG = [BASE.format(number) for number in (0x0105, 0x0205, 0x0305, 0x0405)]


async def _truth(spawned: Spawned, what: str) -> dict[str, Any]:
    while (truth := await asyncio.wait_for(spawned.wearer.truth(), 5))["truth"] != what:
        assert truth["truth"] != "ended"
    return truth


def test_another_process_streams_vibrates_drops_and_comes_back(socket_central: Any, tmp_path: Path) -> None:
    clip = tmp_path / "clip.npz"
    rows = np.full((100, 8), 77, np.int8)
    np.savez(clip, emg=rows)

    async def main() -> None:
        spawned = await spawn("myo", {"source": "pattern"})
        try:
            async with socket_central(spawned.hci) as central:
                await _session(spawned, central, clip)
        finally:
            await spawned.close()
        assert not Path(spawned.hci.removeprefix("unix-client:")).parent.exists()

    asyncio.run(main())


async def _session(spawned: Spawned, central: Any, clip: Path) -> None:
    assert spawned.address == "D7:91:D9:1C:C3:EB"
    await central.connect(spawned.address)
    await central.subscribe(*EMG)
    await central.find(BASE.format(0x0401)).write_value(b"\x03\x01\x02", with_response=True)
    assert (await _truth(spawned, "vibrated"))["kind"] == 2
    await central.find(BASE.format(0x0401)).write_value(b"\x01\x03\x03\x01\x00", with_response=True)
    spawned.wearer.command({"op": "play", "npz": str(clip), "label": "fist"})
    start, end = await _truth(spawned, "play"), await _truth(spawned, "play")
    assert (start["edge"], end["edge"], start["label"]) == ("start", "end", "fist")
    assert end["sample"] - start["sample"] == 100 and end["t_ns"] - start["t_ns"] == 500_000_000
    await asyncio.sleep(0.1)
    counts = np.frombuffer(b"".join(value for _, value, _ in central.heard), np.int8).reshape(-1, 8)
    assert (counts == 77).all(axis=1).sum() == 100
    spawned.wearer.command({"op": "drop", "seconds": 0.2})
    assert (await _truth(spawned, "disconnected"))["reason"] == 0x08
    await central.connect(spawned.address)
    spawned.wearer.command({"op": "nonsense"})
    assert "nonsense" in (await _truth(spawned, "refused"))["text"]


def test_the_simulated_wearer_tells_when_a_movement_began(socket_central: Any) -> None:
    async def main() -> None:
        spawned = await spawn("myo", {"wearer": "anna"})
        try:
            async with socket_central(spawned.hci) as central:
                await central.connect(spawned.address)
                await central.subscribe(*EMG)
                await central.find(BASE.format(0x0401)).write_value(
                    b"\x01\x03\x02\x01\x00", with_response=True
                )
                spawned.wearer.perform("fist", 0.9)
                onset = await _truth(spawned, "onset")
                assert onset["gesture"] == "fist" and onset["t_ns"] > 0 and onset["sample"] >= 0
        finally:
            await spawned.close()

    asyncio.run(main())


def test_its_folder_and_socket_are_its_owners_alone() -> None:
    async def main() -> None:
        spawned = await spawn("generic", {"source": "skin"})
        path = Path(spawned.hci.removeprefix("unix-client:"))
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        await spawned.close()
        await spawned.close()
        assert not path.parent.exists()
        with pytest.raises(LinkError, match="gone"):
            spawned.wearer.perform("fist")

    asyncio.run(main())


def test_a_process_that_cannot_start_says_why(tmp_path: Path) -> None:
    async def main() -> None:
        with pytest.raises(LinkError, match="no recording at"):
            await spawn("myo", {"recording": str(tmp_path / "absent.jsonl")})

    asyncio.run(main())


def test_an_option_nobody_knows_is_refused_before_anything_starts() -> None:
    with pytest.raises(UsageError, match="known: address, battery"):
        asyncio.run(spawn("myo", {"colour": "red"}))


PARENT = """
import asyncio, os
from myoedge.firmware_bridge.virtual.spawn import spawn
async def main():
    spawned = await spawn("generic", {"source": "skin"})
    print(spawned.pid, spawned.hci, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "Z"


def test_it_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid, hci = parent.stdout.readline().split()
    parent.kill()
    parent.wait()
    parent.stdout.close()

    async def wait() -> None:
        while not _gone(int(pid)):
            await asyncio.sleep(0.05)

    asyncio.run(asyncio.wait_for(wait(), 5))
    assert not Path(hci.removeprefix("unix-client:")).parent.exists()


def test_the_process_alone_serves_until_terminated(short_folder: Path) -> None:
    module = "myoedge.firmware_bridge.virtual"
    command = [
        sys.executable,
        "-m",
        module,
        "generic?source=skin&rate=500",
        "--hci",
        f"unix-server:{short_folder}/h",
    ]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 130
        assert process.stderr is not None and "C6:E0:0E:0A:00:01" in process.stderr.read()
    assert not (short_folder / "h").exists()
