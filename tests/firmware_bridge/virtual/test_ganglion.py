"""The virtual Ganglion over the air: both firmwares' packets come out as the samples that went in."""

import asyncio
from itertools import pairwise

import pytest

from myoedge.edge.chunk import Chunk
from myoedge.firmware_bridge.armbands import open_armband
from myoedge.firmware_bridge.scan import KNOWN
from myoedge.firmware_bridge.virtual.ganglion import with_sign


@pytest.mark.parametrize(
    ("firmware", "name", "counts"), [("3.0.0", "ganglion", 64), ("2.0.1", "ganglion2", 4)]
)
def test_every_sample_comes_in_order(firmware: str, name: str, counts: int) -> None:
    async def work() -> list[list[int]]:
        rows: list[list[int]] = []
        address = f"virtual:ganglion?source=pattern&firmware={firmware}"
        async with asyncio.timeout(30), open_armband(address) as armband:
            await armband.vibrate(1)  # it has no motor
            assert await armband.battery() is None
            async for one in armband:
                rows += one.samples.tolist() if isinstance(one, Chunk) else []
                if len(rows) >= 60:
                    break
            assert (armband.name, armband.firmware) == (name, firmware)
            assert armband.counters["lost_emg"] == armband.counters["garbage"] == 0
        return rows

    rows = asyncio.run(work())
    for before, after in pairwise(rows):
        for channel in range(4):
            assert abs(after[channel] - before[channel] - counts) <= 1
            assert abs(after[channel] - after[0] - channel * counts) <= 1


def test_a_number_gives_its_lowest_bit_to_its_sign() -> None:
    assert [with_sign(value) for value in (-3, -2, -1, 0, 1, 2)] == [-3, -1, -1, 0, 0, 2]


def test_a_ganglion_is_known_by_its_name_too() -> None:
    assert "ganglion" in {gatt.kind for gatt in KNOWN if gatt.name}
