"""The generic armband says what it is and numbers, stamps and fills its packets."""

import asyncio
import struct
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.virtual.generic import rows_per_packet

BASE = "6d796f65-6467-4500-8000-0000000000{:02x}"
INFO, DATA, COMMAND = BASE.format(2), BASE.format(3), BASE.format(4)


async def _write(central: Any, command: bytes) -> int:
    from bumble.att import ATT_Error

    try:
        await central.find(COMMAND).write_value(command, with_response=True)
    except ATT_Error as error:
        return int(error.error_code)
    return 0


def test_it_says_channels_rate_rows_and_scale(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        info = await central.find(INFO).read_value()
        version, channels, rows, flags, rate_hz, scale, limit, reserved = struct.unpack("<4B2f2H", info)
        assert (version, channels, rows, flags, limit, reserved) == (1, 5, 10, 0, 32767, 0)
        assert rate_hz == 1000.0 and scale == pytest.approx(0.195)

    play(story, "generic", channels=5, rate=1000)


def test_packets_are_numbered_stamped_and_whole_at_2_khz(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await central.subscribe(DATA)
        assert await _write(central, b"\x01") == 0
        await air.until(lambda: len(central.heard) > 150)
        assert await _write(central, b"\x00") == 0
        packets = [value for _, value, _ in central.heard]
        assert {len(value) for value in packets} == {7 + 14 * 16}
        heads = [struct.unpack_from("<HIB", value) for value in packets]
        assert [number for number, _, _ in heads] == list(range(len(heads)))
        assert {b[1] - a[1] for a, b in pairwise(heads)} == {7000}
        counts = np.concatenate([np.frombuffer(value, "<i2", offset=7).reshape(-1, 8) for value in packets])
        assert (np.diff(counts[:, 0].astype(int)) % 32768 == 1).all()

    play(story, "generic", channels=8, rate=2000, interval_ms=7.5)


def test_a_lost_packet_leaves_a_gap_in_the_numbers(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await central.subscribe(DATA)
        await _write(central, b"\x01")
        await air.until(lambda: len(central.heard) > 50 and air.armband.peripheral.lost > 0)
        numbers = [struct.unpack_from("<H", value)[0] for _, value, _ in central.heard]
        assert numbers[-1] - numbers[0] > len(numbers) - 1
        assert air.armband.peripheral.lost % air.armband.rows == 0

    play(story, "generic", loss=0.3)


@pytest.mark.parametrize(
    ("command", "error"), [(b"", 0x0D), (b"\x09", 0x06), (b"\x01\x00", 0x0D), (b"\x02", 0x0D)]
)
def test_a_malformed_command_is_refused_with_an_att_error(play: Any, command: bytes, error: int) -> None:
    async def story(air: Any, central: Any) -> None:
        assert await _write(central, command) == error

    play(story, "generic")


def test_a_start_whose_packets_the_mtu_cannot_hold_is_refused(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        from bumble.device import Peer
        from bumble.hci import Address

        connection = await central.device.connect(Address(air.armband.peripheral.identity.address))
        central.peer = Peer(connection)  # keeps the MTU of 23 bytes
        await central.peer.discover_services()
        await central.peer.discover_characteristics()
        assert await _write(central, b"\x01") == 0x11

    play(story, "generic", connect=False)


def test_it_vibrates_for_as_long_as_told(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        assert await _write(central, b"\x02\x2c\x01") == 0
        assert air.told("vibrated")[0]["ms"] == 300

    play(story, "generic")


def test_streaming_ends_with_the_connection(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await central.subscribe(DATA)
        await _write(central, b"\x01")
        await air.until(lambda: len(central.heard) > 5)
        air.radio.drop_connections()
        await air.until(lambda: bool(central.gone))
        drawn = air.armband.body.emg_at
        await asyncio.sleep(0.1)
        assert air.armband.body.emg_at == drawn

    play(story, "generic")


@pytest.mark.parametrize(
    ("channels", "rate_hz", "rows"), [(8, 2000.0, 14), (16, 2000.0, 7), (8, 200.0, 2), (1, 50.0, 1)]
)
def test_a_packet_waits_at_most_10_ms_to_be_filled(channels: int, rate_hz: float, rows: int) -> None:
    assert rows_per_packet(channels, rate_hz) == rows


def test_a_stream_the_air_cannot_carry_is_refused() -> None:
    with pytest.raises(UsageError, match="kB/s"):
        rows_per_packet(64, 4000.0)
