"""Opening an armband whether or not another process here already owns it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from myoedge.edge.errors import OwnedError
from myoedge.edge.owner import Owner, control_path
from myoedge.firmware_bridge.armband import Armband, Opened
from myoedge.firmware_bridge.armbands import open_armband
from myoedge.firmware_bridge.armbands.recording import codec
from myoedge.firmware_bridge.armbands.virtual import KINDS
from myoedge.firmware_bridge.links import load_link


@asynccontextmanager
async def open_or_share(address: str, radio: str = "bluez") -> AsyncIterator[Armband]:
    """The armband itself, owned while open; or, where somebody runs it, its packets through that one.

    Raises what opening an armband raises, and OwnedError when its owner shares it with nobody.
    """
    try:
        owner = Owner(address)
    except OwnedError as error:
        if not control_path(address).exists():
            raise OwnedError(
                f"{str(error).partition(';')[0]}, which shares it with nobody: it calibrates, records or is "
                "just starting; wait until it is done, or stop it"
            ) from error
        async with tap(address) as armband:
            yield armband
        return
    with owner:
        async with open_armband(address, radio) as armband:
            yield armband


def tap(address: str) -> Armband:
    """An armband read through the process that owns it; its name is known when it is open."""

    async def opener(stack: AsyncExitStack) -> Opened:
        link = load_link("tap")(address)
        stack.push_async_callback(link.close)
        await link.open()
        armband.name = link.header.armband
        gatt, _ = KINDS.get(armband.name, (None, None))
        readings = {"battery": b""} if gatt else {}
        return Opened(link, codec(link.header), link.header.address, readings, {}, gatt, link.wearer)

    armband = Armband(address.partition(":")[0], opener)
    return armband
