"""`ganglion[:AA:BB:CC:DD:EE:FF]`: the OpenBCI Ganglion."""

from collections.abc import Mapping
from contextlib import AsyncExitStack

from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband, Opened
from myoedge.firmware_bridge.armbands.over_ble import open_over_ble
from myoedge.firmware_bridge.codec import Codec, GanglionCodec
from myoedge.firmware_bridge.protocols.ganglion import GATT, version

OLD = "ganglion2"  # what recordings of firmware before 3 are called: their packets mean something else


def codec(readings: Mapping[str, bytes]) -> Codec:
    """As its software revision says."""
    return GanglionCodec(version(readings))


def name(readings: Mapping[str, bytes]) -> str:
    return GATT.kind if version(readings) == 3 else OLD


def armband(address: Address, radio: str) -> Armband:
    address.allow()

    async def opener(stack: AsyncExitStack) -> Opened:
        opened = await open_over_ble(stack, GATT, codec, radio, address.target or None)
        made.name = name(opened.readings)
        return opened

    made = Armband(GATT.kind, opener)
    return made
