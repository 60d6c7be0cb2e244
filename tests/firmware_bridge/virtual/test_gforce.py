"""The virtual gForcePro over the air: its samples come out as they went in."""

import asyncio
from itertools import pairwise

import pytest

from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.armbands import open_armband


def test_every_sample_comes_in_order() -> None:
    async def work() -> list[list[int]]:
        rows: list[list[int]] = []
        async with asyncio.timeout(30), open_armband("virtual:gforce?source=pattern") as armband:
            async for one in armband:
                rows += one.samples.tolist() if isinstance(one, Chunk) else []
                if len(rows) >= 80:
                    break
            assert armband.counters["garbage"] == 0
        return rows

    rows = asyncio.run(work())
    assert all((after[0] - before[0]) % 2048 == 1 for before, after in pairwise(rows))
    assert all((row[7] - row[0]) % 2048 == 7 for row in rows)


def test_other_resolutions_are_refused() -> None:
    with pytest.raises(UsageError, match=r"12 .500 Hz."):
        open_armband("gforce?bits=16")
