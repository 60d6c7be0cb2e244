"""An independent client, pymyo, takes the virtual Myo for a real one."""

import asyncio
import collections
from itertools import pairwise
from typing import Any

import pytest

from myoedge.firmware_bridge.radio import open_radio
from myoedge.firmware_bridge.virtual.spawn import spawn

pymyo = pytest.importorskip("pymyo", reason="pymyo, the independent client, is not installed")


def test_pymyo_reads_commands_and_streams() -> None:
    async def main() -> None:
        spawned = await spawn("myo", {"source": "pattern", "battery": "64"})
        radio = await open_radio(spawned.hci)
        try:
            await _session(radio, spawned)
        finally:
            await radio.close()
            await spawned.close()

    asyncio.run(asyncio.wait_for(main(), 40))


async def _session(radio: Any, spawned: Any) -> None:
    from bleak import BleakScanner
    from pymyo.types import ClassifierMode, EmgMode, ImuMode, SleepMode, UnlockType, VibrationType

    device = await BleakScanner.find_device_by_address(spawned.address, **radio.scanner_options)
    assert device is not None and device.name == "My Myo"
    heard: collections.Counter[str] = collections.Counter()
    first: list[int] = []
    async with pymyo.Myo(device, **radio.client_options) as myo:
        assert await myo.name == "My Myo" and await myo.battery == 64
        firmware = await myo.firmware_version
        assert (firmware.major, firmware.minor, firmware.patch) == (1, 5, 1970)
        assert (await myo.info).serial_number == bytes.fromhex("ebc31cd991d7")

        def emg(rows: Any) -> None:
            heard["emg"] += len(rows)
            first.extend(row[0] for row in rows)

        def imu(orientation: Any, acceleration: Any, rotation: Any) -> None:
            heard["imu"] += 1
            assert (orientation.w, orientation.x, acceleration) == (1.0, 0.0, (0.0, 0.0, 1.0))

        myo.on_emg(emg)
        myo.on_imu(imu)
        await myo.vibrate(VibrationType.SHORT)
        await myo.vibrate2((250, 255), (250, 128), (250, 255))
        await myo.set_sleep_mode(SleepMode.NEVER_SLEEP)
        await myo.unlock(UnlockType.HOLD)
        await myo.set_mode(EmgMode.EMG, ImuMode.ALL, ClassifierMode.ENABLED)
        while heard["emg"] < 300:
            await asyncio.sleep(0.02)
        await myo.set_mode(EmgMode.NONE, ImuMode.NONE, ClassifierMode.DISABLED)
    assert abs(heard["imu"] / heard["emg"] - 0.25) < 0.05
    assert all((after - before) % 128 == 1 for before, after in pairwise(first))
    truths = [spawned.wearer.truths.get_nowait() for _ in range(spawned.wearer.truths.qsize())]
    assert [truth["kind"] for truth in truths if truth["truth"] == "vibrated"] == [1, 0]
