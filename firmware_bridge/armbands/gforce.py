"""`gforce[:AA:BB:CC:DD:EE:FF][?bits=8]`: the OYMotion gForcePro, 12 bits at 500 Hz or 8 at 1000."""

from contextlib import AsyncExitStack
from dataclasses import replace

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband, Opened
from myoedge.firmware_bridge.armbands.over_ble import open_over_ble
from myoedge.firmware_bridge.codec import GforceCodec
from myoedge.firmware_bridge.protocols.gforce import GATT, RATES_HZ, start


def armband(address: Address, radio: str) -> Armband:
    address.allow("bits")
    text = address.options.get("bits", "12")
    if text not in [str(bits) for bits in RATES_HZ]:
        raise UsageError(f"bits={text!r}; wanted 12 (500 Hz) or 8 (1000 Hz)")
    bits = int(text)
    gatt = replace(GATT, start=start(bits))

    async def opener(stack: AsyncExitStack) -> Opened:
        return await open_over_ble(stack, gatt, lambda _: GforceCodec(bits), radio, address.target or None)

    return Armband("gforce", opener)
