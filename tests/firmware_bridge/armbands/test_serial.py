"""`openband:` from address to events: in software, recorded, replayed, and refused where it cannot be."""

import asyncio
from pathlib import Path

import pytest

from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import NotThereError, UsageError
from myoedge.edge.recording import Header, RecordingWriter
from myoedge.firmware_bridge.armbands import open_armband

ADDRESS = "virtual:serial?channels=4&rate=500&source=pattern"


def test_an_armband_in_software_is_opened_recorded_and_replayed(tmp_path: Path) -> None:
    pytest.importorskip("serial", reason="pyserial is not installed here")

    async def live() -> list[Chunk]:
        met: list[Chunk] = []
        async with asyncio.timeout(30), open_armband(ADDRESS) as armband:
            assert armband.name == "openband"
            assert armband.firmware == "generic 1"
            assert await armband.battery() == 91
            with RecordingWriter(tmp_path / "a.jsonl", Header(armband.name, "x", armband.specs)) as writer:
                armband.listeners.append(writer)
                async for one in armband:
                    met += [one] if isinstance(one, Chunk) else []
                    if len(met) == 40:
                        break
        return met

    async def again() -> list[Chunk]:
        async with open_armband(f"recording:{tmp_path / 'a.jsonl'}") as armband:
            return [one async for one in armband if isinstance(one, Chunk)]

    met, replayed = asyncio.run(live()), asyncio.run(again())
    assert met[0].samples.shape == (5, 4)
    for one, other in zip(met, replayed, strict=False):
        assert (one.samples == other.samples).all()
        assert (one.t_ns, one.arrival_ns, one.lost) == (other.t_ns, other.arrival_ns, other.lost)
    assert len(replayed) >= 40


@pytest.mark.parametrize(
    "text", ["openband:/dev/x?baud=fast", "openband:/dev/x?baud=0", "openband:/dev/x?loss=1"]
)
def test_an_option_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        open_armband(text)


@pytest.mark.parametrize("kind", ["openband", "serial"])
def test_both_names_of_the_plain_serial_armband_mean_the_same(kind: str, tmp_path: Path) -> None:
    pytest.importorskip("serial", reason="pyserial is not installed here")
    armband = open_armband(f"{kind}:{tmp_path / 'ttyACM0'}?baud=115200")
    assert armband.name == "openband"

    async def work() -> None:
        async with armband:
            pass

    with pytest.raises(NotThereError, match=r"no serial port .*ttyACM0"):
        asyncio.run(work())
