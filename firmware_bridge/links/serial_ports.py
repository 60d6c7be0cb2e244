"""The serial ports of this computer: which are there, which is the same device again, and opening one."""

from __future__ import annotations

import contextlib
import errno
import grp
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myoedge.edge.errors import LinkError, MyoedgeError, NotThereError, OwnedError, RefusedError, UsageError
from myoedge.firmware_bridge.radio import need

READ_S = 0.2  # a read waits at most so long, that its thread can be ended
WRITE_S = 1.0
SLOW_MS = 2  # an FTDI adapter that keeps bytes longer is said
_GONE = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SerialPort:
    """One port, and what USB says of the device behind it."""

    device: str  # /dev/ttyACM0: changes from plug to plug
    vendor: int | None = None
    product: int | None = None
    serial: str = ""
    location: str = ""  # the USB socket
    name: str = ""  # in words

    @property
    def identity(self) -> str:
        """VENDOR:PRODUCT[:SERIAL] as lsusb writes it; empty without USB."""
        if self.vendor is None or self.product is None:
            return ""
        return f"{self.vendor:04x}:{self.product:04x}" + (f":{self.serial}" if self.serial else "")

    @property
    def address(self) -> str:
        """What finds this very device again: its identity if USB gives it a serial number, else its path."""
        return self.identity if self.serial else self.device


ListPorts = Callable[[], Sequence[SerialPort]]


def list_ports() -> list[SerialPort]:
    """The serial ports that are there now. NotThereError when pyserial is not installed."""
    need("serial", "serial")
    from serial.tools.list_ports import comports

    return [
        SerialPort(
            one.device, one.vid, one.pid, one.serial_number or "", one.location or "", one.product or ""
        )
        for one in comports()
    ]


def find_port(target: str, ports: Sequence[SerialPort]) -> SerialPort:
    """The port of a path or of an identity (VENDOR:PRODUCT[:SERIAL]).

    A path need not be in the list: pseudo-terminals and links are not. Raises NotThereError, naming what is
    there, and UsageError where an identity fits several.
    """
    if "/" in target:
        real = os.path.realpath(target)
        for port in ports:
            if os.path.realpath(port.device) == real:
                return port
        if os.path.exists(target):
            return SerialPort(target)
    found = [port for port in ports if _fits(target, port)]
    if len(found) > 1:
        names = ", ".join(port.device for port in found)
        raise UsageError(f"{target} is {names}; name one by its path, or by VENDOR:PRODUCT:SERIAL")
    if found:
        return found[0]
    there = ", ".join(f"{port.device} {port.identity}".strip() for port in ports) or "none"
    raise NotThereError(f"no serial port {target}; there: {there}; plug the armband in, check its cable")


def find_again(port: SerialPort, ports: Sequence[SerialPort]) -> SerialPort:
    """The same device after it was unplugged, whatever its path is now. NotThereError while it is away."""
    if not port.identity:
        return find_port(port.device, ports)
    same = [one for one in ports if one.identity == port.identity]
    in_place = [one for one in same if one.location == port.location]
    if in_place or len(same) == 1:
        return (in_place or same)[0]
    raise NotThereError(f"{port.identity} is not plugged in ({len(same)} alike elsewhere); plug it in again")


def open_port(device: str, baud: int) -> Any:
    """An open serial.Serial that nobody else here has. Raises one of our errors, with the cure."""
    need("serial", "serial")
    import serial

    try:
        port = serial.Serial(device, baud, timeout=READ_S, write_timeout=WRITE_S, exclusive=True)
    except (OSError, ValueError, OverflowError) as error:
        raise explain_port(error, device) from error
    with contextlib.suppress(OSError, ValueError, AttributeError):  # not every driver has it
        port.set_low_latency_mode(True)
    _hurry(device)
    return port


def explain_port(error: BaseException, device: str) -> MyoedgeError:
    """What the system said of a port, as one of our errors."""
    if isinstance(error, MyoedgeError):
        return error
    if isinstance(error, ValueError | OverflowError):
        return UsageError(f"{device}: {error}; write a speed that the adapter knows: ?baud=921600")
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM):
        return RefusedError(
            f"{device} is not this user's to open; sudo usermod -aG {_group(device)} $USER and log in again, "
            'or a udev rule: SUBSYSTEM=="tty", ENV{ID_BUS}=="usb", MODE="0660", TAG+="uaccess"'
        )
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in str(error):
        return OwnedError(f"another program holds {device}; end it (fuser {device} names it)")
    if number in _GONE:
        return NotThereError(f"{device} is not there ({error}); plug the armband in, check its cable")
    return LinkError(f"{device}: {error}; unplug the armband and plug it in again")


def _fits(target: str, port: SerialPort) -> bool:
    vendor_product = ":".join(port.identity.split(":")[:2])
    return bool(port.identity) and target.lower() in (port.identity.lower(), vendor_product)


def _group(device: str) -> str:
    """The group that may open it: dialout on Debian and Raspberry Pi OS, uucp on others."""
    try:
        name = grp.getgrgid(os.stat(device).st_gid).gr_name
    except (OSError, KeyError):
        return "dialout"
    return "dialout" if name == "root" else name


def _hurry(device: str) -> None:
    """FTDI adapters keep bytes for 16 ms unless told otherwise (FTDI AN232B-04)."""
    timer = Path("/sys/class/tty") / os.path.basename(os.path.realpath(device)) / "device/latency_timer"
    try:
        if int(timer.read_text()) <= SLOW_MS:
            return
        timer.write_text("1")
    except FileNotFoundError:
        return  # no FTDI adapter
    except (OSError, ValueError) as error:
        _log.warning("%s keeps bytes back (%s); make it 1 ms: echo 1 | sudo tee %s", device, error, timer)
