"""Armbands over the virtual radio, GATT notification to Chunk: real bleak, a real host, the real bytes."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("bleak")
pytest.importorskip("bumble")

from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import LinkError, NotThereError, UsageError
from myoedge.edge.recording import Arrival, Header, RecordingReader, RecordingWriter
from myoedge.edge.stream import Notice
from myoedge.firmware_bridge.armband import Armband
from myoedge.firmware_bridge.armbands import open_armband
from myoedge.firmware_bridge.scan import scan
from myoedge.firmware_bridge.virtual.serve import serve

LIMIT_S = 30.0  # of a whole test; generous, the machine may be busy


class Air:
    """A virtual armband on the air, in this process."""

    def __init__(self, kind: str, hci: str) -> None:
        self.kind, self.radio = kind, hci.replace("-server", "-client")
        self.truths: list[dict[str, Any]] = []
        self.commands = asyncio.StreamReader()
        self.ready = asyncio.Event()

    def heard(self, truth: Any) -> None:
        self.truths.append(dict(truth))
        self.ready.set()

    def command(self, **words: Any) -> None:
        self.commands.feed_data(json.dumps(words).encode() + b"\n")

    def told(self, what: str) -> list[dict[str, Any]]:
        return [truth for truth in self.truths if truth["truth"] == what]

    def open(self) -> Armband:
        return open_armband(self.kind, radio=self.radio)


@asynccontextmanager
async def on_air(folder: Path, kind: str, **options: str) -> AsyncIterator[Air]:
    hci = f"unix-server:{folder / 'hci'}"
    air = Air(kind, hci)
    words = {"source": "pattern", "interval_ms": "2", **options}
    task = asyncio.ensure_future(serve(kind, words, hci, air.commands, air.heard))
    waiting = asyncio.ensure_future(air.ready.wait())
    await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
    try:
        yield air
    finally:
        task.cancel()
        waiting.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)


def play(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), LIMIT_S))


async def chunks(armband: Armband, count: int) -> list[Chunk]:
    got: list[Chunk] = []
    async for item in armband:
        if isinstance(item, Chunk):
            got.append(item)
        if len(got) == count:
            break
    return got


async def until(armband: Armband, kind: str) -> Notice:
    async for item in armband:
        if isinstance(item, Notice) and item.kind == kind:
            return item
    raise EOFError


def test_a_myo_is_found_connected_and_decoded(tmp_path: Path) -> None:
    async def story() -> None:
        async with on_air(tmp_path, "myo", battery="77") as air, air.open() as myo:
            assert (myo.name, myo.firmware, await myo.battery()) == ("myo", "1.5.1970", 77)
            assert myo.wearer is None
            got = await chunks(myo, 150)
            for chunk in got:
                assert chunk.samples.shape == ((2, 8) if chunk.modality == "emg" else (1, 10))
            share = sum(chunk.modality == "emg" for chunk in got) / len(got)
            assert 0.6 < share < 0.73
            assert myo.counters["garbage"] == 0

    play(story)


def test_a_generic_armband_says_its_own_shape(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            on_air(tmp_path, "generic", channels="16", rate="1000") as air,
            air.open() as band,
        ):
            assert band.specs["emg"].channels == 16
            assert band.specs["emg"].rate_hz == 1000
            got = await chunks(band, 60)
            assert all(chunk.samples.shape[1] == 16 for chunk in got)
            assert band.counters["lost_emg"] == 0

    play(story)


def test_times_run_at_the_rate_of_the_armband(tmp_path: Path) -> None:
    async def story() -> None:
        async with on_air(tmp_path, "myo") as air, air.open() as myo:
            emg = [chunk for chunk in await chunks(myo, 300) if chunk.modality == "emg"]
            steps = [b.t_ns - a.t_ns for a, b in pairwise(emg[50:])]
            assert sum(steps) / len(steps) == pytest.approx(10e6, rel=0.05)
            assert min(steps) > 0
            assert all(chunk.t_ns <= chunk.arrival_ns for chunk in emg[50:])

    play(story)


def test_the_armband_vibrates(tmp_path: Path) -> None:
    async def story() -> None:
        async with on_air(tmp_path, "myo") as air, air.open() as myo:
            await chunks(myo, 5)
            await myo.vibrate(3)
            assert [truth["kind"] for truth in air.told("vibrated")] == [3]
            with pytest.raises(UsageError):
                await myo.vibrate(9)

    play(story)


def test_one_packet_in_five_lost_is_counted_and_the_stream_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with on_air(tmp_path, "myo", loss="0.2") as air, air.open() as myo:
            got = await chunks(myo, 300)
            counters = myo.counters
            assert counters["lost_emg"] == sum(chunk.lost for chunk in got if chunk.modality == "emg")
            for modality in ("emg", "imu"):
                lost, samples = counters[f"lost_{modality}"], counters[f"samples_{modality}"]
                assert 0.1 < lost / (lost + samples) < 0.32
            assert counters["duplicates"] == 0

    play(story)


@pytest.mark.parametrize("kind", ["myo", "generic"])
def test_after_a_dropout_it_links_again_and_counts_what_was_missed(tmp_path: Path, kind: str) -> None:
    async def story() -> None:
        async with on_air(tmp_path, kind) as air, air.open() as band:
            before = (await chunks(band, 40))[-1]
            air.command(op="drop", seconds=0.3)
            dropped = await until(band, "dropped")
            await until(band, "linked")
            after = next(chunk for chunk in await chunks(band, 3) if chunk.modality == "emg")
            rate_hz = band.specs["emg"].rate_hz
            away_s = (after.t_ns - before.t_ns) / 1e9
            assert dropped.detail == "disconnected"
            assert after.lost / rate_hz == pytest.approx(away_s, abs=0.15)
            assert band.counters["drops"] == 1
            assert band.counters["connects"] == 2

    play(story)


def test_a_connected_but_silent_armband_is_connected_anew(tmp_path: Path) -> None:
    async def story() -> None:
        async with on_air(tmp_path, "myo") as air, air.open() as myo:
            await chunks(myo, 20)
            air.command(op="silence", seconds=1.2)
            assert (await until(myo, "dropped")).detail == "silent"
            await until(myo, "linked")
            assert len(await chunks(myo, 5)) == 5

    play(story)


def test_a_radio_shadow_delays_and_loses_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with on_air(tmp_path, "myo") as air, air.open() as myo:
            await chunks(myo, 60)
            air.command(op="stall", seconds=0.25)
            await chunks(myo, 120)
            assert (myo.counters["lost_emg"], myo.counters["lost_imu"], myo.counters["drops"]) == (0, 0, 0)

    play(story)


def test_what_was_recorded_replays_to_the_same_chunks(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    live: list[Chunk] = []

    async def record() -> None:
        async with on_air(tmp_path, "myo", loss="0.1") as air, air.open() as myo:
            with RecordingWriter(file, Header("myo", myo.address, myo.specs)) as writer:
                myo.listeners.append(writer)
                live.extend(await chunks(myo, 30))
                air.command(op="drop", seconds=0.1)
                await until(myo, "linked")
                live.extend(await chunks(myo, 30))

    play(record)
    replayed: list[Chunk] = []
    notices: list[str] = []

    async def replay() -> None:
        async with open_armband(f"recording:{file}") as again:
            async for item in again:
                if isinstance(item, Notice):
                    notices.append(item.kind)
                else:
                    replayed.append(item)

    play(replay)
    assert notices == ["linked", "dropped", "linked", "ended"]
    # what was read between the drop and the second list is in the recording only
    keys = {(c.modality, c.t_ns, c.arrival_ns, c.lost, c.samples.tobytes()) for c in replayed}
    assert {(c.modality, c.t_ns, c.arrival_ns, c.lost, c.samples.tobytes()) for c in live} <= keys
    assert len(replayed) >= len(live)
    assert any(isinstance(item, Arrival) for item in RecordingReader(file))


def test_a_scan_names_what_it_hears(tmp_path: Path) -> None:
    async def story() -> None:
        async with on_air(tmp_path, "myo", name="left arm") as air:
            (found,) = await scan(air.radio, seconds=0.5)
            assert (found.kind, found.name) == ("myo", "left arm")

    play(story)


def test_another_kind_in_the_air_is_named_in_the_error(tmp_path: Path) -> None:
    async def story() -> None:
        async with on_air(tmp_path, "generic") as air:
            from myoedge.firmware_bridge.links.ble import BleLink
            from myoedge.firmware_bridge.protocols.myo import GATT
            from myoedge.firmware_bridge.radio import open_radio

            radio = await open_radio(air.radio)
            try:
                with pytest.raises(NotThereError, match=r"no myo within 0\.3 s; heard generic"):
                    await BleLink(GATT, radio, scan_s=0.3).open()
            finally:
                await radio.close()

    play(story)


def test_talking_while_it_is_away_is_a_clear_error(tmp_path: Path) -> None:
    async def story() -> None:
        async with on_air(tmp_path, "myo") as air, air.open() as myo:
            await chunks(myo, 5)
            air.command(op="drop", seconds=0.5)
            await until(myo, "dropped")
            with pytest.raises(LinkError, match="not connected just now"):
                await myo.vibrate(1)

    play(story)


def test_a_radio_that_is_gone_for_good_is_an_error_not_a_silence(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_armband("virtual:myo?source=pattern") as myo:
            await chunks(myo, 10)
            myo.wearer.command({"op": "quit"})
            assert (await until(myo, "dropped")).detail == "disconnected"
            with pytest.raises(LinkError, match="is gone"):
                await chunks(myo, 1)

    play(story)


def test_closing_is_quick_and_leaves_no_task(tmp_path: Path) -> None:
    async def story() -> None:
        async with on_air(tmp_path, "myo") as air:
            before = len(asyncio.all_tasks())
            async with air.open() as myo:
                await chunks(myo, 5)
            await asyncio.sleep(0.05)
            assert len(asyncio.all_tasks()) <= before

    play(story)


def test_a_virtual_address_brings_armband_radio_and_wearer(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_armband("virtual:myo?source=pattern") as myo:
            assert myo.wearer is not None
            assert len(await chunks(myo, 30)) == 30
            assert myo.address == "D7:91:D9:1C:C3:EB"

    play(story)


def test_its_clock_is_the_hosts(tmp_path: Path) -> None:
    async def story() -> None:
        async with on_air(tmp_path, "myo") as air, air.open() as myo:
            (chunk,) = await chunks(myo, 1)
            assert 0 <= time.monotonic_ns() - chunk.arrival_ns < 10e9

    play(story)
