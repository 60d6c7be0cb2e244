"""A recording as a link: the same arrivals, at either pace."""

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import pytest

from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import UsageError
from myoedge.edge.recording import Arrival, Header, Label, RecordingWriter
from myoedge.edge.stream import Notice
from myoedge.firmware_bridge.armbands import open_armband
from myoedge.firmware_bridge.links.recording import RecordingLink
from myoedge.firmware_bridge.protocols.myo import SPECS

PACKETS = [Arrival(n * 10_000_000, f"emg{n % 4}", bytes([n] * 16)) for n in range(12)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "one.jsonl.gz"
    with RecordingWriter(path, Header("myo", "AA:BB", SPECS)) as writer:
        for packet in PACKETS[:6]:
            writer(packet)
        writer(Label(55_000_000, "fist", 1, "start"))
        for packet in PACKETS[6:]:
            writer(packet)
    return path


async def take_all(link: RecordingLink) -> list[Arrival]:
    await link.open()
    got = []
    while (arrival := await link.read()) is not None:
        got.append(arrival)
    await link.close()
    return got


def test_a_replay_gives_every_packet_as_it_came(file: Path) -> None:
    assert asyncio.run(take_all(RecordingLink(file))) == PACKETS


def test_at_live_pace_times_are_now(file: Path) -> None:
    begun_ns = time.monotonic_ns()
    got = asyncio.run(take_all(RecordingLink(file, "live")))
    assert [b.t_ns - a.t_ns for a, b in pairwise(got)] == [10_000_000] * 11
    assert got[0].t_ns >= begun_ns
    assert time.monotonic_ns() >= got[-1].t_ns


def test_an_unknown_pace_is_refused(file: Path) -> None:
    with pytest.raises(UsageError, match="fast or live"):
        RecordingLink(file, "slow")


def test_a_replay_ends_with_a_notice_and_has_no_battery(file: Path) -> None:
    async def story() -> list[Chunk | Notice]:
        async with open_armband(f"recording:{file}") as armband:
            assert armband.replay
            assert await armband.battery() is None
            await armband.vibrate(1)
            return [item async for item in armband]

    items = asyncio.run(story())
    assert isinstance(items[-1], Notice)
    assert (items[-1].kind, items[-1].t_ns) == ("ended", PACKETS[-1].t_ns)
    assert sum(isinstance(item, Chunk) for item in items) == 12
