"""The plain serial armband (docs/protocol-serial.md): the generic protocol's bytes in frames on a wire.

A frame's body is one byte that says what it is, the generic protocol's number of the same thing, and then
the same bytes.
"""

from myoedge.firmware_bridge.framing import CobsFrames, cobs_frame
from myoedge.firmware_bridge.packet import Packet, ProtocolError
from myoedge.firmware_bridge.protocols import generic
from myoedge.firmware_bridge.protocols.wire import WIRE_SOURCE, Wire

BAUD = 921_600  # USB serial ports of a microcontroller itself know no speed and heed none
INFO, DATA, COMMAND, BATTERY = 0x02, 0x03, 0x04, 0x05
_READINGS = {"info": INFO, "battery": BATTERY}


def decode(channels: int, source: str, body: bytes) -> Packet | None:
    """A frame's body as a Packet of int16 counts, None when it is an answer; ProtocolError if neither."""
    if source != WIRE_SOURCE or not body:
        raise ProtocolError(f"a frame from {source!r}; wanted {WIRE_SOURCE!r}; it is counted and left out")
    if body[0] == DATA:
        return generic.decode(channels, generic.DATA_SOURCE, body[1:])
    if body[0] in (INFO, COMMAND, BATTERY):
        return None
    raise ProtocolError(f"a frame of kind {body[0]:#04x}; wanted 02 to 05; it is counted and left out")


def answer(reading: str, data: bytes) -> bytes | None:
    """The last such reading in these bytes; None when it is not (wholly) there."""
    found = None
    for body in CobsFrames().feed(data):
        if body[0] == _READINGS[reading] and len(body) > 1:
            found = body[1:]
    return found


def command(payload: bytes) -> bytes:
    """One of the generic protocol's commands as a frame."""
    return cobs_frame(bytes((COMMAND,)) + payload)


WIRE = Wire(
    kind="openband",
    baud=BAUD,
    questions={name: cobs_frame(bytes((kind,))) for name, kind in _READINGS.items()},
    answer=answer,
    start=(command(generic.start()),),
    stop=(command(generic.stop()),),
    vibrate=lambda kind: command(generic.vibrate(kind)),
    firmware=generic.firmware,
)
