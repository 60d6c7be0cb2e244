"""The HCI port is what a host expects of a chip: one host at a time, whole packets, honest events."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from myoedge.edge.errors import LinkError
from myoedge.firmware_bridge.virtual.controller import H4Splitter, HostPort, make_controller, serve_hci
from myoedge.firmware_bridge.virtual.radio import Radio, RadioSettings

RESET = bytes.fromhex("01030c00")


def test_packets_are_cut_out_of_any_pieces() -> None:
    stream = RESET + bytes.fromhex("0201000500aabbccddee") + bytes.fromhex("040e0401030c00")
    for size in (1, 2, 3, 7, len(stream)):
        splitter = H4Splitter()
        pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
        packets = [packet for piece in pieces for packet in splitter.feed(piece)]
        assert [len(packet) for packet in packets] == [4, 10, 7] and b"".join(packets) == stream


def test_a_byte_that_begins_no_packet_is_an_error() -> None:
    with pytest.raises(LinkError, match="0x99"):
        H4Splitter().feed(b"\x99")


@pytest.mark.parametrize(("mask", "subevent", "size"), [(0x1F, 0x01, 22), (0x21F, 0x0A, 34)])
def test_who_unmasks_the_enhanced_connection_event_gets_it(mask: int, subevent: int, size: int) -> None:
    async def main() -> None:
        sent: list[bytes] = []
        radio = Radio(RadioSettings(interval_s=0.015))
        controller = make_controller("c", radio, "C0:FF:EE:00:00:01")
        port = HostPort(controller, radio, sent.append)
        controller.le_event_mask = mask
        port.on_packet(bytes.fromhex("043e13010001000001c3c2c1c0bfbe2800000000002a0001"[: 2 * 22]))
        assert len(sent[0]) == size and sent[0][2] == size - 3 and sent[0][3] == subevent
        assert int.from_bytes(sent[0][-7:-5], "little") == 12  # the radio's 15 ms, in units of 1.25

    asyncio.run(main())


def test_a_second_host_is_turned_away_and_the_first_one_leaving_frees_the_port(short_folder: Path) -> None:
    async def main() -> None:
        radio = Radio()
        port = await serve_hci(
            make_controller("c", radio, "C0:FF:EE:00:00:01"), radio, f"unix-server:{short_folder}/h"
        )
        first = await asyncio.open_unix_connection(str(short_folder / "h"))
        await _answers(first)
        second = await asyncio.open_unix_connection(str(short_folder / "h"))
        assert await second[0].read() == b""
        first[1].close()
        await asyncio.sleep(0.05)
        third = await asyncio.open_unix_connection(str(short_folder / "h"))
        await _answers(third)
        for _, writer in (second, third):
            writer.close()
        await port.close()

    asyncio.run(asyncio.wait_for(main(), 5))


async def _answers(streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
    streams[1].write(RESET)
    assert (await streams[0].readexactly(7))[:2] == b"\x04\x0e"


def test_garbage_from_a_host_ends_only_its_connection(short_folder: Path) -> None:
    async def main() -> None:
        radio = Radio()
        port = await serve_hci(
            make_controller("c", radio, "C0:FF:EE:00:00:01"), radio, f"unix-server:{short_folder}/h"
        )
        reader, writer = await asyncio.open_unix_connection(str(short_folder / "h"))
        writer.write(b"GET / HTTP/1.1\r\n")
        assert await reader.read() == b""
        writer.close()
        again = await asyncio.open_unix_connection(str(short_folder / "h"))
        await _answers(again)
        again[1].close()
        await port.close()

    asyncio.run(asyncio.wait_for(main(), 5))


def test_a_host_that_dies_frees_the_armband(play: Any) -> None:
    async def story(air: Any, central: Any) -> None:
        air.radio.forget(central.device.host.hci_sink)
        await air.until(lambda: bool(air.told("disconnected")))
        again = await air.central()
        await again.connect(air.armband.peripheral.identity.address)

    play(story, "generic")
