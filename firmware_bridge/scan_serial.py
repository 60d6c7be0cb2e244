"""Which serial armbands are plugged in: every free USB serial port is asked, in each kind's own words."""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from myoedge.edge.errors import MyoedgeError, NotThereError
from myoedge.firmware_bridge.links.serial import SerialLink
from myoedge.firmware_bridge.links.serial_ports import ListPorts, SerialPort, list_ports
from myoedge.firmware_bridge.protocols import cyton, serial_plain
from myoedge.firmware_bridge.protocols.wire import Wire
from myoedge.firmware_bridge.scan import Found, scan

WIRES: tuple[Wire, ...] = (serial_plain.WIRE, cyton.WIRE)
_log = logging.getLogger(__name__)


async def scan_serial(wires: Sequence[Wire] = WIRES, ports: ListPorts = list_ports) -> list[Found]:
    """Armbands of these kinds that answer; ports of no USB device, and those in use, are left alone.

    NotThereError when pyserial is not installed.
    """
    there = [port for port in await asyncio.to_thread(ports) if port.identity]
    asked: Iterable[Found | None] = await asyncio.gather(*(_ask(port, wires) for port in there))
    return [found for found in asked if found is not None]


async def scan_everywhere(radio: str, seconds: float, serial: bool = True) -> tuple[list[Found], list[str]]:
    """Armbands in the air and, with `serial`, on wires; and what kept one of both from being searched.

    Raises what `scan` does when nothing was found on a wire either.
    """
    try:
        wired = await scan_serial() if serial else []
    except NotThereError as error:
        wired, trouble = [], [str(error)]
    else:
        trouble = []
    try:
        return [*await scan(radio, seconds), *wired], trouble
    except MyoedgeError as error:
        if not wired:
            raise
        return wired, [*trouble, str(error)]


async def _ask(port: SerialPort, wires: Sequence[Wire]) -> Found | None:
    for wire in wires:
        link = SerialLink(wire, port.device, ports=lambda: [port])
        try:
            await link.learn()
            return Found(wire.kind, port.address, port.name, None)
        except NotThereError:
            return None
        except MyoedgeError as error:
            _log.info("%s is no %s: %s", port.device, wire.kind, error)
    return None
