"""Which armbands are in reach, and finding one of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from myoedge.edge.errors import NotThereError
from myoedge.firmware_bridge.links.trouble import explain
from myoedge.firmware_bridge.protocols import ganglion, generic, gforce, myo
from myoedge.firmware_bridge.protocols.gatt import GattMap
from myoedge.firmware_bridge.radio import Radio, open_radio

if TYPE_CHECKING:
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

    Heard = dict[str, tuple[BLEDevice, AdvertisementData]]

KNOWN: tuple[GattMap, ...] = (myo.GATT, generic.GATT, ganglion.GATT, gforce.GATT)


@dataclass(frozen=True, slots=True)
class Found:
    """An armband that advertises."""

    kind: str  # as in addresses: "myo", "generic"
    address: str
    name: str
    rssi: int | None  # dBm; None: on a wire


async def scan(radio: str = "bluez", seconds: float = 5.0) -> list[Found]:
    """Armbands of a known kind heard within `seconds`, the strongest first.

    Raises NotThereError without adapter or Bluetooth service, RefusedError without permission, LinkError.
    """
    opened = await open_radio(radio)
    try:
        heard = await _listen(opened, lambda *_: False, seconds)
    finally:
        await opened.close()
    found = [
        Found(gatt.kind, device.address, device.name or "", data.rssi)
        for device, data in heard.values()
        for gatt in KNOWN
        if _offers(gatt, device, data)
    ]
    return sorted(found, key=lambda one: -(one.rssi or 0))


async def find(radio: Radio, gatt: GattMap, address: str | None, seconds: float) -> BLEDevice:
    """The armband of that kind (with that address, or name, if one is given).

    Raises NotThereError naming what else was heard, or as `scan`.
    """

    def wanted(device: BLEDevice, data: AdvertisementData) -> bool:
        if address is not None:
            return address.lower() in (device.address.lower(), (device.name or "").lower())
        return _offers(gatt, device, data)

    heard = await _listen(radio, wanted, seconds)
    for device, data in heard.values():
        if wanted(device, data):
            return device
    names = ", ".join(sorted(f"{device.name or 'nameless'} {device.address}" for device, _ in heard.values()))
    sought = f"{gatt.kind} {address}" if address else gatt.kind
    raise NotThereError(
        f"no {sought} within {seconds:g} s; heard {names or 'nothing'}; "
        "wake the armband (double tap), bring it closer, end other programs that hold it"
    )


def _offers(gatt: GattMap, device: BLEDevice, data: AdvertisementData) -> bool:
    """Whether it says it is of this kind: by its service, or by its name where the kind has one."""
    named = bool(gatt.name) and (data.local_name or device.name or "").startswith(gatt.name)
    return gatt.service in data.service_uuids or named


async def _listen(
    radio: Radio, enough: Callable[[BLEDevice, AdvertisementData], bool], seconds: float
) -> Heard:
    """What is heard until it is enough or the time is over; the scan has stopped when this returns."""
    from bleak import BleakScanner
    from bleak.exc import BleakError

    done = asyncio.Event()

    def heard(device: BLEDevice, data: AdvertisementData) -> None:
        if enough(device, data):
            done.set()

    try:
        async with BleakScanner(heard, **radio.scanner_options) as scanner:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await done.wait()
            return dict(scanner.discovered_devices_and_advertisement_data)
    except (BleakError, OSError, EOFError, TimeoutError) as error:
        raise explain(error, "scanning") from error
