"""`virtual:myo?wearer=anna` and `virtual:generic?channels=8`: armbands in processes of their own, by BLE."""

from contextlib import AsyncExitStack
from dataclasses import replace

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband, Opened
from myoedge.firmware_bridge.armbands.generic import codec
from myoedge.firmware_bridge.armbands.over_ble import MakeCodec, open_over_ble
from myoedge.firmware_bridge.codec import MyoCodec
from myoedge.firmware_bridge.protocols import generic, myo
from myoedge.firmware_bridge.protocols.gatt import GattMap

KINDS: dict[str, tuple[GattMap, MakeCodec]] = {
    "myo": (myo.GATT, lambda _: MyoCodec()),
    "generic": (generic.GATT, codec),
}


def armband(address: Address, radio: str) -> Armband:
    """`radio` is not used: a virtual armband brings its own."""
    kind = address.target or "myo"
    if kind not in KINDS:
        raise UsageError(f"no virtual armband {kind!r}; known: {', '.join(KINDS)}")
    gatt, make_codec = KINDS[kind]

    async def opener(stack: AsyncExitStack) -> Opened:
        from myoedge.firmware_bridge.virtual.spawn import spawn

        spawned = await spawn(kind, address.options)
        stack.push_async_callback(spawned.close)
        opened = await open_over_ble(stack, gatt, make_codec, spawned.hci, spawned.address)
        return replace(opened, wearer=spawned.wearer)

    return Armband(kind, opener)
