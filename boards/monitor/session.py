"""One monitor from begin to end: a run to look on at, the hub, and whatever shows it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from myoedge.boards.guided import gestures_for
from myoedge.boards.monitor.hub import Hub
from myoedge.boards.monitor.keeper import keep_running, runs, step_back
from myoedge.boards.monitor.server import Server, listen
from myoedge.boards.monitor.source import look_on
from myoedge.boards.monitor.teach import teacher
from myoedge.edge.control import ask
from myoedge.edge.errors import MyoedgeError, UsageError
from myoedge.firmware_bridge.device import is_live

BATTERY_S = 60.0  # between two questions to the armband; each costs it a little of what is asked about


@dataclass(frozen=True, slots=True)
class Monitored:
    """What is looked on at, and how it ends."""

    hub: Hub
    ours: bool  # whether the run is this monitor's own
    ended: asyncio.Future[MyoedgeError]  # the own run's end; never, where it is somebody else's
    feeding: asyncio.Task[None]

    async def until_ended(self, work: "asyncio.Task[Any]") -> None:
        """Wait for `work`; raises the own run's error if that ends first, or what the source raised."""
        await asyncio.wait((work, self.ended, self.feeding), return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
            if self.ended.done():
                raise self.ended.result()
            await self.feeding
        await work


@asynccontextmanager
async def monitored(armband: str, words: Sequence[str]) -> AsyncIterator[Monitored]:
    """Look on at the armband's run; where none is, one is begun with `words` and ends with this.

    Raises what the run could not begin for.
    """
    if not is_live(armband):
        raise UsageError(f"{armband} would be over at once; write {armband}?pace=live to watch it")
    gestures = gestures_for(armband)  # says early what is no armband
    async with AsyncExitStack() as stack:
        ours = not await asyncio.to_thread(runs, armband)
        never: asyncio.Future[MyoedgeError] = asyncio.get_running_loop().create_future()
        ended: asyncio.Future[MyoedgeError] = never
        if ours:
            ended = await stack.enter_async_context(keep_running(armband, words))
        step_back()
        hub = Hub(gestures)
        feeding = asyncio.create_task(hub.feed(look_on(armband)))
        for task in (feeding, asyncio.create_task(_battery(armband, hub))):
            stack.push_async_callback(_stop, task)
        yield Monitored(hub, ours, ended, feeding)


@asynccontextmanager
async def served(
    armband: str,
    radio: str,
    hub: Hub,
    address: str | None,
    port: int,
    *,
    unsigned: bool = False,
) -> AsyncIterator[Server]:
    """The page of that hub, from which its armband can be calibrated. Raises as `listen`."""
    listener, token = listen(address, port)

    def bundle() -> str:
        return hub.facts.bundle if hub.facts else "default"

    with listener:
        server = Server(hub, teacher(armband, radio, bundle, unsigned=unsigned), listener, token)
        async with server.serving():
            yield server


async def _battery(armband: str, hub: Hub) -> None:
    while True:
        await asyncio.sleep(BATTERY_S)
        with suppress(MyoedgeError):
            said = await asyncio.to_thread(ask, armband, "status")
            if hub.view is not None:
                hub.view.charged(said["battery"])


async def _stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
