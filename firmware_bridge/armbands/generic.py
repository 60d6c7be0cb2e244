"""`generic[:AA:BB:CC:DD:EE:FF]`: any armband that speaks docs/protocol-generic.md."""

from collections.abc import Mapping
from contextlib import AsyncExitStack

from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband, Opened
from myoedge.firmware_bridge.armbands.over_ble import open_over_ble
from myoedge.firmware_bridge.codec import Codec, GenericCodec
from myoedge.firmware_bridge.protocols.generic import GATT, GenericInfo


def codec(readings: Mapping[str, bytes]) -> Codec:
    """As the armband's info says, which the link has checked."""
    return GenericCodec(GenericInfo.decode(readings["info"]).spec)


def armband(address: Address, radio: str) -> Armband:
    address.allow()

    async def opener(stack: AsyncExitStack) -> Opened:
        return await open_over_ble(stack, GATT, codec, radio, address.target or None)

    return Armband("generic", opener)
