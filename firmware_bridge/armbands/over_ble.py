"""Opening any BLE armband: radio, link, and the codec its readings ask for."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack

from myoedge.firmware_bridge.armband import Opened
from myoedge.firmware_bridge.codec import Codec
from myoedge.firmware_bridge.links import load_link
from myoedge.firmware_bridge.protocols.gatt import GattMap
from myoedge.firmware_bridge.radio import open_radio

MakeCodec = Callable[[Mapping[str, bytes]], Codec]


async def open_over_ble(
    stack: AsyncExitStack, gatt: GattMap, make_codec: MakeCodec, radio: str, target: str | None
) -> Opened:
    """Open the radio and the link; `target` is a Bluetooth address or name, None the first that is heard."""
    opened = await open_radio(radio)
    stack.push_async_callback(opened.close)
    link = load_link("ble")(gatt, opened, target)
    stack.push_async_callback(link.close)
    await link.open()
    return Opened(link, make_codec(link.readings), link.address, link.readings, link.counters, gatt)
