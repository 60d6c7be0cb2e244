"""bleak's own front end on our backend, against a virtual armband."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("bleak")
pytest.importorskip("bumble")

from bleak import BleakClient, BleakScanner
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble.core import AdvertisingData
from bumble.device import Advertisement
from bumble.hci import Address

from myoedge.firmware_bridge.bleak_bumble import read_advertisement
from myoedge.firmware_bridge.radio import Radio, open_radio
from myoedge.firmware_bridge.virtual.serve import serve

COMMAND = "d5060401-a904-deb9-4748-2c7f4a124842"
EMG0 = "d5060105-a904-deb9-4748-2c7f4a124842"
ADDRESS = "D7:91:D9:1C:C3:EB"


def with_myo(folder: Path, story: Callable[[Radio, asyncio.StreamReader], Awaitable[None]]) -> None:
    async def run() -> None:
        ready = asyncio.Event()
        commands = asyncio.StreamReader()
        hci = f"unix-server:{folder / 'hci'}"
        task = asyncio.ensure_future(
            serve("myo", {"source": "pattern", "interval_ms": "2"}, hci, commands, lambda _: ready.set())
        )
        await ready.wait()
        radio = await open_radio(hci.replace("-server", "-client"))
        try:
            await story(radio, commands)
        finally:
            await radio.close()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asyncio.wait_for(run(), 30.0))


def test_bleak_reads_writes_and_subscribes_unmodified(tmp_path: Path) -> None:
    async def story(radio: Radio, _: asyncio.StreamReader) -> None:
        got: list[bytes] = []
        enough = asyncio.Event()

        def notified(_: Any, data: bytearray) -> None:
            got.append(bytes(data))
            if len(got) == 10:
                enough.set()

        async with BleakClient(ADDRESS, **radio.client_options) as client:
            assert client.is_connected
            assert await client.read_gatt_char("2a29") == b"Thalmic Labs"
            assert client.services.get_characteristic(EMG0) is not None
            await client.start_notify(EMG0, notified)
            await client.write_gatt_char(COMMAND, b"\x01\x03\x02\x00\x00", response=True)
            await enough.wait()
            await client.stop_notify(EMG0)
            assert all(len(data) == 16 for data in got)
        assert not client.is_connected

    with_myo(tmp_path, story)


def test_an_armbands_refusal_is_bleaks_protocol_error(tmp_path: Path) -> None:
    async def story(radio: Radio, _: asyncio.StreamReader) -> None:
        async with BleakClient(ADDRESS, **radio.client_options) as client:
            with pytest.raises(BleakGATTProtocolError):
                await client.write_gatt_char(COMMAND, b"\x01\x02\x02", response=True)

    with_myo(tmp_path, story)


def test_a_lost_connection_is_called_back_once_and_ends_requests(tmp_path: Path) -> None:
    async def story(radio: Radio, commands: asyncio.StreamReader) -> None:
        calls: list[str] = []
        gone = asyncio.Event()

        def lost(client: BleakClient) -> None:
            calls.append(client.address)
            gone.set()

        client = BleakClient(ADDRESS, lost, **radio.client_options)
        await client.connect()
        commands.feed_data(b'{"op":"drop","seconds":0.05}\n')
        await gone.wait()
        assert calls == [ADDRESS]
        with pytest.raises(BleakError):
            await client.read_gatt_char("2a29")
        await client.disconnect()

    with_myo(tmp_path, story)


def test_an_address_that_is_not_in_the_air_is_not_found(tmp_path: Path) -> None:
    async def story(radio: Radio, _: asyncio.StreamReader) -> None:
        with pytest.raises(BleakDeviceNotFoundError):
            await BleakClient("C0:00:00:00:00:01", timeout=0.2, **radio.client_options).connect()

    with_myo(tmp_path, story)


def test_a_scan_can_ask_for_a_service(tmp_path: Path) -> None:
    async def story(radio: Radio, _: asyncio.StreamReader) -> None:
        myo, other = (f"d506{n}-a904-deb9-4748-2c7f4a124842" for n in ("0001", "9999"))
        heard = await BleakScanner.discover(0.3, service_uuids=[myo], **radio.scanner_options)
        assert [device.address for device in heard] == [ADDRESS]
        assert await BleakScanner.discover(0.3, service_uuids=[other], **radio.scanner_options) == []

    with_myo(tmp_path, story)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=29)), max_size=6))
def test_any_advertisement_is_read(structures: list[tuple[int, bytes]]) -> None:
    heard = Advertisement(Address(ADDRESS), rssi=-50)
    heard.data = AdvertisingData()
    heard.data.ad_structures = [(AdvertisingData.Type(kind), raw) for kind, raw in structures]
    data = read_advertisement(heard)
    assert data.rssi == -50
    assert all(len(uuid) == 36 for uuid in data.service_uuids)
