"""The virtual Myo is, on the air, the real one: table, commands, streams, sleep."""

import asyncio
import struct
from typing import Any

import numpy as np
import pytest

BASE = "d506{:04x}-a904-deb9-4748-2c7f4a124842"
COMMAND, IMU = BASE.format(0x0401), BASE.format(0x0402)
EMG = [BASE.format(number) for number in (0x0105, 0x0205, 0x0305, 0x0405)]
STREAM, STOP, NEVER_SLEEP = b"\x01\x03\x03\x01\x00", b"\x01\x03\x00\x00\x00", b"\x09\x01\x01"


async def _write(central: Any, command: bytes) -> int:
    """The ATT error of a command, 0 if it was taken."""
    from bumble.att import ATT_Error

    try:
        await central.find(COMMAND).write_value(command, with_response=True)
    except ATT_Error as error:
        return int(error.error_code)
    return 0


def _samples(central: Any) -> np.ndarray[Any, Any]:
    emg = [central.find(uuid).handle for uuid in EMG]
    data = b"".join(value for handle, value, _ in central.heard if handle in emg)
    return np.frombuffer(data, np.int8).reshape(-1, 8).astype(int)


def test_the_attribute_table_has_the_real_handles(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        handles = {
            str(one.uuid.to_hex_str("-")).lower(): one.handle
            for s in central.peer.services
            for one in s.characteristics
        }
        assert [handles[uuid] for uuid in (COMMAND, IMU, BASE.format(0x0103))] == [0x19, 0x1C, 0x23]
        assert [handles[uuid] for uuid in EMG] == [0x2B, 0x2E, 0x31, 0x34]
        attributes = [one.handle for one in air.armband.peripheral.device.gatt_server.attributes]
        assert sorted(attributes) == list(range(1, 58))

    play(story)


def test_it_says_its_firmware_and_identity(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        firmware = await central.find(BASE.format(0x0201)).read_value()
        assert struct.unpack("<4H", firmware) == (1, 5, 1970, 2)
        info = await central.find(BASE.format(0x0101)).read_value()
        assert len(info) == 20 and info[:6] == bytes.fromhex("ebc31cd991d7")
        assert await central.find("2a00").read_value() == b"My Myo"
        assert await central.find("2a19").read_value() == bytes([37])

    play(story, battery=37)


def test_four_characteristics_take_turns_and_every_sample_arrives(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await central.subscribe(*EMG, IMU)
        assert await _write(central, STREAM) == 0
        await air.until(lambda: len(central.heard) > 150)
        assert await _write(central, STOP) == 0
        order = {central.find(uuid).handle: turn for turn, uuid in enumerate(EMG)}
        turns = [order[handle] for handle, _, _ in central.heard if handle in order]
        assert turns == [turn % 4 for turn in range(len(turns))]
        samples = _samples(central)
        assert ((np.diff(samples[:, 0]) % 128) == 1).all()
        assert ((samples - samples[:, :1]) % 128 == np.arange(8)).all()
        imu = [value for handle, value, _ in central.heard if handle not in order]
        assert abs(len(imu) / len(turns) - 0.5) < 0.1
        counts = [struct.unpack("<10h", value) for value in imu]
        assert [row[9] - counts[0][9] for row in counts] == list(range(len(counts)))
        assert counts[0][:9] == (16384, 0, 0, 0, 0, 0, 2048, 0, 0)

    play(story)


def test_nothing_comes_unsubscribed_or_after_stop(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await _write(central, STREAM)
        await asyncio.sleep(0.1)
        assert central.heard == [] and air.armband.peripheral.sent == 0
        await central.subscribe(*EMG)
        await air.until(lambda: len(central.heard) > 3)
        await _write(central, STOP)
        await asyncio.sleep(0.05)
        heard = len(central.heard)
        await asyncio.sleep(0.1)
        assert len(central.heard) == heard

    play(story)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (b"", 0x0D),
        (b"\x01", 0x0D),
        (b"\x01\x03\x03\x01", 0x0D),
        (b"\x01\x02\x03\x01\x00", 0x0D),
        (b"\x01\x03\x09\x01\x00", 0x13),
        (b"\x03\x01\x04", 0x13),
        (b"\x07\x06" + bytes(6), 0x0D),
        (b"\x09\x01\x07", 0x13),
        (b"\x55\x00", 0x06),
    ],
)
def test_a_malformed_command_is_refused_with_an_att_error(play: Any, command: bytes, error: int) -> None:
    async def story(air: Any, central: Any) -> None:
        assert await _write(central, command) == error
        assert air.armband.mode == (0, 0, 0)

    play(story)


def test_it_vibrates_in_every_length_clients_send(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        steps = struct.pack("<HB", 250, 128) * 6
        assert await _write(central, b"\x03\x01\x02") == 0
        assert await _write(central, b"\x07\x12" + steps) == 0
        assert await _write(central, b"\x07\x14" + steps) == 0
        assert await _write(central, b"\x07\x14" + steps + bytes(2)) == 0
        assert [truth["kind"] for truth in air.told("vibrated")] == [2, 0, 0, 0]
        assert air.told("vibrated")[2]["steps"] == [[250, 128]] * 6

    play(story)


def test_it_takes_every_documented_command(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        for command in (b"\x06\x06" + bytes(6), b"\x0a\x01\x02", b"\x0b\x01\x00", NEVER_SLEEP):
            assert await _write(central, command) == 0
        assert air.armband.never_sleeps

    play(story)


def test_idle_without_never_sleep_it_ends_the_link_and_advertises_again(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await air.until(lambda: bool(central.gone))
        await central.connect(air.armband.peripheral.identity.address)
        assert len(air.told("connected")) == 2

    play(story, idle_s=1.0)


def test_never_sleep_keeps_an_idle_link(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        assert await _write(central, NEVER_SLEEP) == 0
        await asyncio.sleep(0.8)
        assert central.gone == []

    play(story, idle_s=0.5)


def test_deep_sleep_ends_the_advertising(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await _write(central, b"\x04\x00")
        await air.until(lambda: bool(central.gone))
        assert air.told("asleep")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(central.connect(air.armband.peripheral.identity.address), 0.4)

    play(story)


def test_a_new_state_of_charge_is_notified(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await central.subscribe("2a19")
        air.armband.battery.set(12)
        await air.until(lambda: bool(central.heard))
        assert central.heard[0][1] == bytes([12])
        assert await central.find("2a19").read_value() == bytes([12])

    play(story)


def test_lost_notifications_break_the_turn_and_are_counted(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await central.subscribe(*EMG)
        await _write(central, STREAM)
        await air.until(lambda: len(central.heard) > 80)
        await _write(central, STOP)
        await asyncio.sleep(0.05)
        steps = np.diff(_samples(central)[::2, 0]) % 128 // 2 - 1
        peripheral = air.armband.peripheral
        inside = int(steps.sum()) * 2
        assert 0 < inside <= peripheral.lost <= inside + 40  # before the first and after the last heard
        assert 0.1 < peripheral.lost / 2 / (peripheral.sent + peripheral.lost / 2) < 0.6

    play(story, loss=0.3, seed=3)


def test_a_dropped_link_is_advertised_again_and_streams_start_over(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        await central.subscribe(*EMG)
        await _write(central, STREAM)
        await air.until(lambda: len(central.heard) > 10)
        air.radio.leave(0.2)
        await air.until(lambda: bool(central.gone))
        assert central.gone == [0x08] and air.armband.mode == (0, 0, 0)
        heard = len(central.heard)
        await central.connect(air.armband.peripheral.identity.address)
        await central.subscribe(*EMG)
        await _write(central, STREAM)
        await air.until(lambda: len(central.heard) > heard + 10)

    play(story)
