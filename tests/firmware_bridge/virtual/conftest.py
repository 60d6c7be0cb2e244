"""A central on the virtual radio: bumble's own host stack, in this process or over a socket."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from myoedge.firmware_bridge.virtual.controller import make_controller
from myoedge.firmware_bridge.virtual.options import parse_options
from myoedge.firmware_bridge.virtual.radio import Radio, RadioSettings
from myoedge.firmware_bridge.virtual.serve import Control, make_armband

pytest.importorskip("bumble", reason="the virtual armband needs bumble (extra `virtual`)")


class Central:
    """A host that connects, discovers and notes every notification as (handle, bytes, monotonic s)."""

    def __init__(self, device: Any) -> None:
        self.device = device
        self.peer: Any = None
        self.heard: list[tuple[int, bytes, float]] = []
        self.gone: list[int] = []

    async def connect(self, address: str) -> Any:
        from bumble.device import Peer
        from bumble.hci import Address

        connection = await asyncio.wait_for(self.device.connect(Address(address)), 5)
        connection.on("disconnection", self.gone.append)
        self.peer = Peer(connection)
        await self.peer.request_mtu(247)
        await self.peer.discover_services()
        await self.peer.discover_characteristics()
        return connection

    def find(self, uuid: str) -> Any:
        from bumble.core import UUID

        return self.peer.get_characteristics_by_uuid(UUID(uuid))[0]

    async def subscribe(self, *uuids: str) -> None:
        for uuid in uuids:
            one = self.find(uuid)
            await self.peer.discover_descriptors(one)
            await one.subscribe(lambda value, handle=one.handle: self._hear(handle, value))

    def _hear(self, handle: int, value: bytes) -> None:
        self.heard.append((handle, bytes(value), time.monotonic()))


class Air:
    """An armband and a central in this process."""

    def __init__(self, kind: str, words: Mapping[str, str]) -> None:
        options = parse_options(kind, words)
        settings = RadioSettings(options.interval_ms / 1000, options.per_event, options.miss, options.seed)
        self.truths: list[Mapping[str, Any]] = []
        self.radio = Radio(settings)
        self.armband = make_armband(kind, options, self.radio, self.truths.append)
        self.control = Control(self.armband, self.truths.append)
        self.running: list[asyncio.Future[None]] = []  # kept: the event loop alone does not keep a task alive

    async def central(self) -> Central:
        from bumble.device import Device
        from bumble.host import Host

        host = Host()
        host.controller = make_controller("central", self.radio, "F1:F1:F1:F1:F1:F1")
        device = Device(name="central", address=_address("F1:F1:F1:F1:F1:F1"), host=host)
        await device.power_on()
        return Central(device)

    def told(self, what: str) -> list[Mapping[str, Any]]:
        return [truth for truth in self.truths if truth["truth"] == what]

    async def until(self, done: Callable[[], bool], seconds: float = 5.0) -> None:
        for _ in range(int(seconds / 0.01)):
            if done():
                return
            await asyncio.sleep(0.01)
        raise TimeoutError("what the test waits for did not happen")


def _address(text: str) -> Any:
    from bumble.hci import Address

    return Address(text)


Story = Callable[[Air, Central], Coroutine[Any, Any, None]]


@pytest.fixture
def play() -> Callable[..., None]:
    """`play(story, kind, word=value)` runs a coroutine with a started armband, a connected central."""

    def run(story: Story, kind: str = "myo", connect: bool = True, **words: object) -> None:
        async def main() -> None:
            air = Air(
                kind,
                {"source": "pattern", "interval_ms": "0"}
                | {word: str(value) for word, value in words.items()},
            )
            await air.armband.start()
            central = await air.central()
            if connect:
                await central.connect(air.armband.peripheral.identity.address)
            await asyncio.wait_for(story(air, central), 15)

        asyncio.run(main())

    return run


@asynccontextmanager
async def over_socket(transport: str) -> Any:
    """A central whose controller is behind a bumble transport string."""
    from bumble.device import Device
    from bumble.transport import open_transport

    opened = await open_transport(transport)
    device = Device.with_hci("central", _address("F1:F1:F1:F1:F1:F1"), opened.source, opened.sink)
    await device.power_on()
    try:
        yield Central(device)
    finally:
        await opened.close()


@pytest.fixture
def socket_central() -> Any:
    return over_socket


@pytest.fixture
def short_folder() -> Any:
    """A folder with a path short enough for a Unix socket."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="mv-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
