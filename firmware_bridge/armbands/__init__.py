"""The kinds of armbands. A new one is a file here (and in protocols) and a line in ARMBANDS."""

from collections.abc import Callable
from importlib import import_module

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband

# kind -> module:function (Address, radio) -> Armband, not yet open
ARMBANDS: dict[str, str] = {
    "myo": "myoedge.firmware_bridge.armbands.myo:armband",
    "generic": "myoedge.firmware_bridge.armbands.generic:armband",
    "gforce": "myoedge.firmware_bridge.armbands.gforce:armband",
    "ganglion": "myoedge.firmware_bridge.armbands.ganglion:armband",
    "openband": "myoedge.firmware_bridge.armbands.serial:armband",
    "serial": "myoedge.firmware_bridge.armbands.serial:armband",  # the same by the name of its link
    "cyton": "myoedge.firmware_bridge.armbands.cyton:armband",
    "virtual": "myoedge.firmware_bridge.armbands.virtual:armband",
    "recording": "myoedge.firmware_bridge.armbands.recording:armband",
}


def open_armband(address: str, radio: str = "bluez") -> Armband:
    """The armband at an address such as `myo:AA:BB:..` or `virtual:myo?wearer=anna`; `async with` opens it.

    Raises UsageError for an unknown kind or option, NotThereError and FormatError for a recording that is
    none.
    """
    parsed = Address.parse(address)
    if parsed.kind not in ARMBANDS:
        raise UsageError(f"no armband kind {parsed.kind!r} in {address!r}; known: {', '.join(ARMBANDS)}")
    module, _, name = ARMBANDS[parsed.kind].partition(":")
    make: Callable[[Address, str], Armband] = getattr(import_module(module), name)
    return make(parsed, radio)
