"""`recording:FILE[?pace=live]`: what was recorded, through the same codec."""

from contextlib import AsyncExitStack
from pathlib import Path

from myoedge.edge.errors import FormatError, UsageError
from myoedge.edge.recording import Header
from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband, Opened
from myoedge.firmware_bridge.codec import (
    Codec,
    CytonCodec,
    GanglionCodec,
    GenericCodec,
    GforceCodec,
    MyoCodec,
    SerialCodec,
)
from myoedge.firmware_bridge.links import load_link


def codec(header: Header) -> Codec:
    """The codec of the armband that was recorded. FormatError when nobody knows it."""
    if header.armband == "myo":
        return MyoCodec()
    if header.armband == "generic" and "emg" in header.streams:
        return GenericCodec(header.streams["emg"])
    if header.armband == "openband" and "emg" in header.streams:
        return SerialCodec(header.streams["emg"])
    if header.armband == "cyton" and "emg" in header.streams:
        return CytonCodec(daisy=header.streams["emg"].channels > 8)
    if header.armband in ("ganglion", "ganglion2"):
        return GanglionCodec(2 if header.armband == "ganglion2" else 3)
    if header.armband == "gforce" and "emg" in header.streams:
        return GforceCodec(8 if header.streams["emg"].limit == 128 else 12)
    raise FormatError(
        f"a recording of the armband {header.armband!r} with {', '.join(header.streams) or 'no streams'}; "
        "wanted myo, ganglion, or generic, openband, cyton or gforce with emg; a newer version of this "
        "program may know it"
    )


def armband(address: Address, radio: str) -> Armband:
    """`radio` is not used."""
    address.allow("pace")
    if not address.target:
        raise UsageError("recording without a file; write recording:FILE")
    pace = address.options.get("pace", "fast")
    link = load_link("recording")(Path(address.target), pace)
    decoder = codec(link.reader.header)

    async def opener(_: AsyncExitStack) -> Opened:
        await link.open()
        return Opened(link, decoder, address.target, {}, {})

    made = Armband(link.reader.header.armband, opener, replay=pace == "fast")
    made.notes = link.reader.notes
    return made
