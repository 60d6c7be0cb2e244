"""The stable Python interface: `myoedge.open()` gives an armband whose events can be iterated."""

import asyncio
import threading
from collections.abc import Iterator
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from myoedge.edge.errors import LinkError

if TYPE_CHECKING:
    from myoedge.edge.event import Event
    from myoedge.edge.profile import Profile
    from myoedge.firmware_bridge.device import Choice, Device

OPEN_S = 60.0  # to find and connect the armband, imports on a slow board included


class OpenArmband:
    """An armband that runs in a thread of its own; iterate for its events, in order, without end.

    Leaving the `with` block, or `close()`, stops the armband and ends the iteration. Every error of the run
    is raised where the events are read.
    """

    def __init__(self, address: str, radio: str, choice: "Choice") -> None:
        self._address, self._radio, self._choice = address, radio, choice
        self._events: SimpleQueue[Event | BaseException | None] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._device: Device | None = None
        self._opened = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._serve, name="myoedge", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._opened.wait(OPEN_S):
            self.close()
            raise LinkError(f"{self._address} did not open within {OPEN_S:g} s; is it in reach?")
        if self._error:
            raise self._error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> "Iterator[Event]":
        while (item := self._events.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def status(self) -> dict[str, Any]:
        """Counters, latency, engine, channels and link as `myoedge status` shows them."""
        return self._device.status() if self._device else {}

    def vibrate(self, kind: int = 1) -> None:
        """A short (1), medium (2) or long (3) vibration."""
        if self._loop and self._device:
            asyncio.run_coroutine_threadsafe(self._device.armband.vibrate(kind), self._loop).result(5)

    def close(self) -> None:
        """Rest, disconnect, give the armband back; harmless twice."""
        if self._loop and self._stop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            self._thread.join(5)

    def _serve(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:  # it is raised again in the caller's thread
            self._error = error
            self._events.put(error)
        finally:
            self._opened.set()
            self._events.put(None)

    async def _run(self) -> None:
        from myoedge.firmware_bridge.device import Device

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with Device(self._address, self._radio, self._choice, [self._events.put]) as device:
            self._device = device
            self._opened.set()
            await device.run(self._stop)


def open(  # the name users expect, as in `myoedge.open("myo")`
    armband: str,
    *,
    profile: "str | Profile | None" = None,
    bundle: str | None = None,
    engine: str | None = None,
    radio: str = "bluez",
    budget_ms: float = 150.0,
    every: bool = False,
) -> OpenArmband:
    """An armband ready for `with`: addresses, bundles and profiles as on the command line.

    `every` gives each decision (phase "hold"), not only changes. Raises NotThereError (no such armband,
    profile or bundle), LinkError, RefusedError (another owner, an untrusted bundle, a profile of another
    bundle).
    """
    from myoedge.firmware_bridge.device import Choice

    if isinstance(profile, str):
        from myoedge.calibration.store import load

        profile = load(profile)
    own = (profile.facts.get("bundle_path") or profile.bundle_name) if profile else "default"
    name = bundle or str(own)
    choice = Choice(name, engine, profile, budget_ms, every=every)
    return OpenArmband(armband, radio, choice)
