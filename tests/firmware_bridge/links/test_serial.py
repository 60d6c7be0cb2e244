"""The serial link on a pseudo-terminal: loses nothing, survives unplugs, finds the same device again."""

import asyncio
import os
import threading
import time
import tty
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import LinkError, MyoedgeError, NotThereError
from myoedge.edge.recording import Arrival
from myoedge.firmware_bridge.armbands.serial import codec
from myoedge.firmware_bridge.codec import Codec
from myoedge.firmware_bridge.framing import CobsFrames
from myoedge.firmware_bridge.links.serial import SerialLink
from myoedge.firmware_bridge.links.serial_ports import SerialPort
from myoedge.firmware_bridge.protocols.serial_plain import WIRE
from myoedge.firmware_bridge.scan_serial import scan_serial
from myoedge.firmware_bridge.virtual.options import parse_options
from myoedge.firmware_bridge.virtual.serial import VirtualSerial, frame
from myoedge.firmware_bridge.virtual.serial_cable import Cable
from myoedge.firmware_bridge.virtual.serve import make_wired

pytest.importorskip("serial", reason="pyserial is not installed here")

LINE_BYTES_PER_S = 92_160  # 921,600 baud


class Bench:
    """An armband on a cable, the ports a computer would list, and what happened."""

    def __init__(self, **options: str) -> None:
        self.truths: list[Mapping[str, Any]] = []
        words = {"source": "pattern", "rate": "1000", **options}
        parsed = parse_options("openband", words)
        self.cable = Cable(self.truths.append, "bench", "", parsed.loss, parsed.damage, parsed.seed)
        made = make_wired("openband", parsed, self.cable)
        assert isinstance(made, VirtualSerial)
        self.armband = made
        self.strangers: list[SerialPort] = []

    def ports(self) -> list[SerialPort]:
        path = self.cable.identity.address
        there = [SerialPort(path, 0x2341, 0x8036, "AB12", "1-1", "bench")] if self.cable.plugged else []
        return [*self.strangers, *there]

    def link(self, target: str = "2341:8036:AB12", **options: Any) -> SerialLink:
        return SerialLink(WIRE, target, ports=self.ports, **options)


async def take(link: SerialLink, decoder: Codec, enough: Callable[[], bool]) -> list[Chunk]:
    met: list[Chunk] = []
    async with asyncio.timeout(20):
        while not enough():
            arrival = await link.read()
            assert arrival is not None
            met += decoder.feed(arrival)
    return met


def run(work: Any) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


def test_samples_come_as_they_were_sent() -> None:
    async def work() -> None:
        bench = Bench(channels="4")
        await bench.armband.start()
        link = bench.link()
        await link.open()
        decoder = codec(link.readings)
        assert decoder.specs["emg"].channels == 4
        assert link.address == "2341:8036:AB12"
        met = await take(link, decoder, lambda: decoder.counters["samples_emg"] >= 300)
        rows = [row for chunk in met for row in chunk.samples.tolist()]
        assert all(row == [row[0] + c for c in range(4)] for row in rows)
        assert all(after[0] == before[0] + 1 for before, after in pairwise(rows))
        assert decoder.counters["lost_emg"] == decoder.counters["garbage"] == 0
        assert (await link.ask("battery"), await link.ask("temperature")) == (b"\x5b", b"")
        await link.ask("command", WIRE.vibrate(2))
        await take(
            link, decoder, lambda: any(t["truth"] == "vibrated" and t["ms"] == 400 for t in bench.truths)
        )
        await link.close()
        await link.close()
        bench.cable.close()

    run(work())


def test_damaged_frames_cost_themselves_and_no_other() -> None:
    async def work() -> None:
        bench = Bench(damage="0.1", seed="3")
        await bench.armband.start()
        link = bench.link()
        await link.open()
        decoder = codec(link.readings)
        await take(link, decoder, lambda: decoder.counters["samples_emg"] >= 2000)
        await link.ask("command", WIRE.stop[0])
        await asyncio.sleep(0.1)
        while link.waiting:
            decoder.feed(await link.read() or Arrival(0, "link", b""))
        counters = decoder.counters
        assert bench.cable.damaged > 10
        assert counters["garbage"] == 0
        assert 0 < counters["lost_emg"] <= bench.cable.lost
        await link.close()
        bench.cable.close()

    run(work())


def test_nothing_is_lost_at_921600_baud_while_the_event_loop_is_busy() -> None:
    """A second and a half at the speed of the line, the loop held for 100 ms again and again."""

    async def work() -> None:
        master, slave = os.openpty()
        tty.setraw(master)
        body = bytes(range(1, 120)) * 2
        count = round(1.5 * LINE_BYTES_PER_S / (len(body) + 11))
        info = frame(bytes.fromhex("02 01020300 00007a44 14ae473e ff7f0000"))

        def write() -> None:
            started, sent = time.perf_counter(), 0
            os.write(master, info)
            for n in range(count):
                data = frame(b"\x05" + n.to_bytes(4, "little") + body)
                sent += len(data)
                os.write(master, data)
                time.sleep(max(0.0, started + sent / LINE_BYTES_PER_S - time.perf_counter()))

        link = SerialLink(WIRE, os.ttyname(slave), ports=list)
        writer = threading.Thread(target=write)
        opening = asyncio.ensure_future(link.open())
        while not link.readings:
            os.write(master, info)
            await asyncio.sleep(0.02)
        await opening
        frames = CobsFrames()
        met: list[bytes] = []
        writer.start()
        async with asyncio.timeout(20):
            while len(met) < count:
                arrival = await link.read()
                assert arrival is not None
                if arrival.source == "wire":
                    met += [one for one in frames.feed(arrival.data) if one[0] == 5]
                if len(met) % 40 == 0:
                    time.sleep(0.1)  # the loop is busy with something else
        assert [int.from_bytes(one[1:5], "little") for one in met] == list(range(count))
        assert link.counters["overflow"] == 0
        writer.join()
        await link.close()
        os.close(master)
        os.close(slave)

    run(work())


def test_an_unplugged_armband_is_found_again_at_another_path() -> None:
    async def work() -> None:
        bench = Bench()
        await bench.armband.start()
        link = bench.link()
        await link.open()
        decoder = codec(link.readings)
        await take(link, decoder, lambda: decoder.counters["samples_emg"] >= 200)
        first = bench.cable.identity.address
        bench.cable.unplug()
        await take(link, decoder, lambda: link.counters["drops"] == 1)
        await asyncio.sleep(0.3)
        held = os.openpty()  # somebody else's port takes the old path
        assert os.ttyname(held[1]) == first
        bench.strangers = [SerialPort(first, 0x1234, 0x0001, "X", "1-1")]
        bench.cable.plug()
        assert bench.cable.identity.address != first
        before = decoder.counters["samples_emg"]
        met = await take(link, decoder, lambda: decoder.counters["samples_emg"] > before + 200)
        assert link.counters["connects"] == 2
        assert decoder.counters["links"] == 2
        assert decoder.counters["lost_emg"] > 250
        assert all(a.t_ns < b.t_ns for a, b in pairwise(met))
        await link.close()
        bench.cable.close()
        for end in held:
            os.close(end)

    run(work())


def test_an_armband_that_falls_silent_is_started_again() -> None:
    async def work() -> None:
        bench = Bench()
        await bench.armband.start()
        link = bench.link(silence_s=0.2)
        await link.open()
        decoder = codec(link.readings)
        await take(link, decoder, lambda: decoder.counters["samples_emg"] >= 100)
        link._heard_ns = 0  # no grace: it streams already
        bench.armband._stop()
        await take(link, decoder, lambda: link.counters["connects"] == 2)
        await take(link, decoder, lambda: decoder.counters["samples_emg"] >= 200)
        await link.close()
        bench.cable.close()

    run(work())


def test_nobody_at_the_other_end_is_said() -> None:
    async def work() -> None:
        master, slave = os.openpty()
        link = SerialLink(WIRE, os.ttyname(slave), ports=list)
        with pytest.raises(LinkError, match=r"no openband answers .* 921600 baud"):
            await link.open()
        with pytest.raises(LinkError, match="not connected"):
            await link.ask("battery")
        await link.close()
        os.close(master)
        os.close(slave)

    run(work())


def test_a_port_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotThereError):
        run(SerialLink(WIRE, str(tmp_path / "tty"), ports=list).open())


def test_scan_finds_who_answers_and_leaves_others_alone() -> None:
    async def work() -> None:
        bench = Bench()
        await bench.armband.start()
        mute = os.openpty()
        bench.strangers = [
            SerialPort(os.ttyname(mute[1]), 0x1234, 1, "X"),
            SerialPort("/dev/ttyS77"),
            SerialPort("/dev/ttyACM77", 0x1234, 2),
        ]
        (found,) = await scan_serial(ports=bench.ports)
        assert (found.kind, found.address, found.name) == ("openband", "2341:8036:AB12", "bench")
        link = bench.link()
        await link.open()
        assert await scan_serial(ports=bench.ports) == []  # in use: not disturbed
        await link.close()
        bench.cable.close()
        for end in mute:
            os.close(end)

    run(work())


def test_a_firmware_of_another_version_cannot_be_used() -> None:
    async def work() -> None:
        bench = Bench()
        bench.armband._info = lambda: b"\x09" + bytes(15)  # type: ignore[method-assign]
        await bench.armband.start()
        with pytest.raises(MyoedgeError, match="version 9"):
            await bench.link().open()
        bench.cable.close()

    run(work())
