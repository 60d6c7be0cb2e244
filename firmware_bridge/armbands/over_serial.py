"""Opening any serial armband: port, link, and the codec its readings ask for."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack

from myoedge.edge.errors import NotThereError, UsageError
from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband, Opened
from myoedge.firmware_bridge.codec import Codec
from myoedge.firmware_bridge.links import load_link
from myoedge.firmware_bridge.protocols.wire import Wire

MakeCodec = Callable[[Mapping[str, bytes]], Codec]


def serial_armband(address: Address, wire: Wire, make_codec: MakeCodec) -> Armband:
    """The armband at `KIND:/dev/ttyACM0` or `KIND:VENDOR:PRODUCT[:SERIAL]`; `?baud=` is its speed.

    Without a target, the only one that answers on a USB serial port.
    """
    address.allow("baud")
    text = address.options.get("baud", str(wire.baud))
    if not text.isdecimal() or not 0 < int(text) <= 12_000_000:
        raise UsageError(f"baud={text!r}; wanted bits per second, such as {wire.baud}")

    async def opener(stack: AsyncExitStack) -> Opened:
        return await open_over_serial(stack, wire, make_codec, address.target, int(text))

    return Armband(wire.kind, opener)


async def open_over_serial(
    stack: AsyncExitStack, wire: Wire, make_codec: MakeCodec, target: str, baud: int
) -> Opened:
    """Open the port and the link; `target` is a path or a USB identity, empty for the first that answers."""
    link = load_link("serial")(wire, target or await _first(wire), baud)
    stack.push_async_callback(link.close)
    await link.open()
    return Opened(link, make_codec(link.readings), link.address, link.readings, link.counters, wire)


async def _first(wire: Wire) -> str:
    from myoedge.firmware_bridge.scan_serial import scan_serial

    for found in await scan_serial([wire]):
        return found.address
    raise NotThereError(
        f"no {wire.kind} answers on any USB serial port; plug it in, switch it on, or name its port: "
        f"{wire.kind}:/dev/ttyACM0"
    )
