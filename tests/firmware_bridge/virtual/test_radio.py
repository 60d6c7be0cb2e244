"""The radio delays in connection events, loses nothing in a shadow, and ends connections like a real one."""

import asyncio
import struct
import time
from typing import Any

import numpy as np
import pytest

from myoedge.firmware_bridge.virtual.radio import RadioSettings

DATA, COMMAND = "6d796f65-6467-4500-8000-000000000003", "6d796f65-6467-4500-8000-000000000004"


async def _stream(central: Any) -> None:
    await central.subscribe(DATA)
    await central.find(COMMAND).write_value(b"\x01", with_response=True)


def _numbers(central: Any) -> list[int]:
    return [struct.unpack_from("<H", value)[0] for _, value, _ in central.heard]


def test_an_event_carries_what_fits_its_interval() -> None:
    assert RadioSettings(0.0075).packets_per_event == 6
    assert RadioSettings(0.03).packets_per_event == 24
    assert RadioSettings(0.03, per_event=4).packets_per_event == 4


def test_packets_arrive_at_connection_events(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await _stream(central)
        await air.until(lambda: len(central.heard) > 60)
        times = np.array([when for _, _, when in central.heard])
        events = 1 + int((np.diff(times) > 0.02).sum())
        assert events < len(times) / 2  # 10 ms packets, 50 ms events: about five come together

    play(story, "generic", interval_ms=50, rate=1000)


def test_a_short_shadow_delays_and_loses_nothing(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await _stream(central)
        await air.until(lambda: len(central.heard) > 10)
        began_s = time.monotonic()
        air.radio.stall(0.3)
        await asyncio.sleep(0.05)  # what had left the radio before still arrives
        heard = len(central.heard)
        await asyncio.sleep(0.15)
        heard_later, took_s = len(central.heard), time.monotonic() - began_s
        assert heard_later == heard or took_s >= 0.3  # a busy machine may have slept through the shadow
        await air.until(lambda: len(central.heard) > heard + 40)
        assert _numbers(central) == list(range(len(central.heard)))
        assert air.armband.peripheral.lost == 0

    play(story, "generic", interval_ms=7.5)


def test_missed_events_delay_and_lose_nothing(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await _stream(central)
        await air.until(lambda: len(central.heard) > 60)
        assert _numbers(central) == list(range(len(central.heard)))

    play(story, "generic", miss=0.5, interval_ms=7.5)


def test_a_shadow_longer_than_the_supervision_timeout_ends_the_connection(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        air.radio.supervision_s = 0.2
        air.radio.stall(0.5)
        await air.until(lambda: bool(central.gone))
        assert central.gone == [0x08]
        assert air.told("disconnected")[0]["reason"] == 0x08

    play(story, "generic", interval_ms=7.5)


def test_a_full_transmit_buffer_loses_samples_and_counts_them(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await _stream(central)
        air.radio.stall(1.5)
        await air.until(lambda: air.armband.peripheral.lost > 0)
        assert air.radio.backlog(air.armband.peripheral.controller) == 128

    play(story, "generic", channels=16, rate=2000, interval_ms=7.5)


def test_out_of_range_nobody_hears_the_advertisement(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        air.radio.leave(60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(central.connect(air.armband.peripheral.identity.address), 0.3)

    play(story, "generic", connect=False)


def test_nothing_of_an_old_connection_reaches_a_new_one(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await _stream(central)
        air.radio.stall(0.2)
        await asyncio.sleep(0.1)
        await central.peer.connection.disconnect()
        central.heard.clear()
        await central.connect(air.armband.peripheral.identity.address)
        await central.subscribe(DATA)
        await asyncio.sleep(0.2)
        assert central.heard == []

    play(story, "generic", interval_ms=7.5)
