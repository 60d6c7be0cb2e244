"""`myo[:AA:BB:CC:DD:EE:FF]`: the Thalmic Myo."""

from contextlib import AsyncExitStack

from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband, Opened
from myoedge.firmware_bridge.armbands.over_ble import open_over_ble
from myoedge.firmware_bridge.codec import MyoCodec
from myoedge.firmware_bridge.protocols.myo import GATT


def armband(address: Address, radio: str) -> Armband:
    address.allow()

    async def opener(stack: AsyncExitStack) -> Opened:
        return await open_over_ble(stack, GATT, lambda _: MyoCodec(), radio, address.target or None)

    return Armband("myo", opener)
