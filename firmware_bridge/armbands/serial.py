"""`openband:/dev/ttyACM0` (also `serial:...`): any armband that speaks docs/protocol-serial.md."""

from collections.abc import Mapping

from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband
from myoedge.firmware_bridge.armbands.over_serial import serial_armband
from myoedge.firmware_bridge.codec import Codec, SerialCodec
from myoedge.firmware_bridge.protocols.generic import GenericInfo
from myoedge.firmware_bridge.protocols.serial_plain import WIRE


def codec(readings: Mapping[str, bytes]) -> Codec:
    """As the armband's info says, which the link has checked."""
    return SerialCodec(GenericInfo.decode(readings["info"]).spec)


def armband(address: Address, radio: str) -> Armband:
    """`radio` is not used: it comes over a wire."""
    return serial_armband(address, WIRE, codec)
