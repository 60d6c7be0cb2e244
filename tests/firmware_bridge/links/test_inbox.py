"""The inbox: bounded, in order, never blocking the radio."""

import asyncio
from collections import Counter

from myoedge.edge.recording import Arrival
from myoedge.firmware_bridge.links.inbox import Inbox


def arrival(number: int) -> Arrival:
    return Arrival(number, "emg0", b"")


def test_the_oldest_goes_first_when_nobody_comes() -> None:
    async def story() -> list[int]:
        counters: Counter[str] = Counter()
        inbox = Inbox(counters, capacity=3)
        for number in range(5):
            inbox.put(arrival(number))
        assert counters["overflow"] == 2
        inbox.close()
        got = []
        while (item := await inbox.get()) is not None:
            got.append(item.t_ns)
        return got

    assert asyncio.run(story()) == [2, 3, 4]


def test_a_waiting_reader_gets_what_comes_later() -> None:
    async def story() -> Arrival | None:
        inbox = Inbox(Counter())
        waiting = asyncio.ensure_future(inbox.get())
        await asyncio.sleep(0)
        inbox.put(arrival(1))
        inbox.put(arrival(2))
        return await waiting

    assert asyncio.run(story()) == arrival(1)


def test_closing_wakes_a_waiting_reader() -> None:
    async def story() -> Arrival | None:
        inbox = Inbox(Counter())
        waiting = asyncio.ensure_future(inbox.get())
        await asyncio.sleep(0)
        inbox.close()
        return await waiting

    assert asyncio.run(story()) is None


def test_a_cancelled_reader_loses_nothing() -> None:
    async def story() -> Arrival | None:
        inbox = Inbox(Counter())
        waiting = asyncio.ensure_future(inbox.get())
        await asyncio.sleep(0)
        inbox.put(arrival(1))
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return await inbox.get()

    assert asyncio.run(story()) == arrival(1)
