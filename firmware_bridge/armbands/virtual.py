"""`virtual:myo?wearer=anna`, `virtual:openband?channels=8`, ...: armbands in processes of their own."""

from contextlib import AsyncExitStack
from dataclasses import replace

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband, Opened
from myoedge.firmware_bridge.armbands import cyton as cyton_armband
from myoedge.firmware_bridge.armbands import ganglion as ganglion_armband
from myoedge.firmware_bridge.armbands import generic as generic_armband
from myoedge.firmware_bridge.armbands import serial as serial_armband
from myoedge.firmware_bridge.armbands.over_ble import MakeCodec, open_over_ble
from myoedge.firmware_bridge.armbands.over_serial import open_over_serial
from myoedge.firmware_bridge.codec import GforceCodec, MyoCodec
from myoedge.firmware_bridge.protocols import cyton, ganglion, generic, gforce, myo, serial_plain
from myoedge.firmware_bridge.protocols.gatt import GattMap
from myoedge.firmware_bridge.protocols.wire import Wire

KINDS: dict[str, tuple[GattMap | Wire, MakeCodec]] = {
    "myo": (myo.GATT, lambda _: MyoCodec()),
    "generic": (generic.GATT, generic_armband.codec),
    "openband": (serial_plain.WIRE, serial_armband.codec),
    "ganglion": (ganglion.GATT, ganglion_armband.codec),
    "gforce": (gforce.GATT, lambda _: GforceCodec(12)),
    "cyton": (cyton.WIRE, cyton_armband.codec),
}
SAME = {"serial": "openband"}


def armband(address: Address, radio: str) -> Armband:
    """`radio` is not used: a virtual armband brings its own."""
    kind = SAME.get(address.target, address.target) or "myo"
    if kind not in KINDS:
        raise UsageError(f"no virtual armband {kind!r}; known: {', '.join(KINDS)}")
    spoken, make_codec = KINDS[kind]

    async def opener(stack: AsyncExitStack) -> Opened:
        from myoedge.firmware_bridge.virtual.spawn import spawn

        spawned = await spawn(kind, address.options)
        stack.push_async_callback(spawned.close)
        if isinstance(spoken, Wire):
            opened = await open_over_serial(stack, spoken, make_codec, spawned.address, spoken.baud)
        else:
            opened = await open_over_ble(stack, spoken, make_codec, spawned.hci, spawned.address)
        if kind == "ganglion":
            made.name = ganglion_armband.name(opened.readings)
        return replace(opened, wearer=spawned.wearer)

    made = Armband(kind, opener)
    return made
