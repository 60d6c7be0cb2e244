"""`cyton:/dev/ttyUSB0`: the OpenBCI Cyton by its USB dongle, alone or with a Daisy."""

from collections.abc import Mapping

from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband
from myoedge.firmware_bridge.armbands.over_serial import serial_armband
from myoedge.firmware_bridge.codec import Codec, CytonCodec
from myoedge.firmware_bridge.protocols.cyton import WIRE, has_daisy


def codec(readings: Mapping[str, bytes]) -> Codec:
    """As the text of its reset says."""
    return CytonCodec(has_daisy(readings["banner"]))


def armband(address: Address, radio: str) -> Armband:
    """`radio` is not used: it comes over a wire."""
    return serial_armband(address, WIRE, codec)
