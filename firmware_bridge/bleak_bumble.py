"""A bleak backend on a bumble host, so that bleak runs over any HCI transport (loaded late, by `radio`).

Bluetooth by the same client code as on BlueZ, without a kernel: the virtual radio, a dongle on a serial port.
Descriptors are found when a characteristic is subscribed to; a pairing request is answered by bumble.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str
from bumble import core, hci
from bumble.att import ATT_Error
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, ConnectionParametersPreferences, Device, Peer
from bumble.gatt_client import CharacteristicProxy

if TYPE_CHECKING:
    from typing_extensions import Buffer  # at run time Python 3.12 has its own, and bleak brings none

MTU = 517  # the largest an attribute protocol knows; the armband answers with its own
_FAST = ConnectionParametersPreferences(  # milliseconds; a short radio shadow must not end the connection
    connection_interval_min=7.5, connection_interval_max=15.0, supervision_timeout=4000
)
T = TypeVar("T")


def make_backends(device: Device) -> tuple[type[BaseBleakScanner], type[BaseBleakClient]]:
    """Scanner and client classes for `BleakScanner(backend=..)` and `BleakClient(.., backend=..)`."""
    scanner = type("BumbleScanner", (BumbleScanner,), {"device": device})
    return scanner, type("BumbleClient", (BumbleClient,), {"device": device})


def _uuid(uuid: core.UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))


def _bumble_uuid(uuid: str) -> core.UUID:
    """Short where it can be: an attribute's type is compared as it was written."""
    short = uuid.lower().endswith("-0000-1000-8000-00805f9b34fb") and uuid.startswith("0000")
    return core.UUID.from_16_bits(int(uuid[4:8], 16)) if short else core.UUID(uuid)


def _uuids(raw: bytes, size: int) -> list[str]:
    whole = range(0, len(raw) - size + 1, size)
    return [_uuid(core.UUID.from_bytes(raw[start : start + size])) for start in whole]


_SERVICE_LISTS = {0x02: 2, 0x03: 2, 0x06: 16, 0x07: 16}  # AD type: bytes a UUID (Core Supplement, part A 1.1)
_SERVICE_DATA = {0x16: 2, 0x21: 16}


def read_advertisement(heard: Advertisement) -> AdvertisementData:
    """What bleak calls an advertisement; fields that are cut short are left out."""
    name: str | None = None
    power: int | None = None
    makers: dict[int, bytes] = {}
    data: dict[str, bytes] = {}
    services: list[str] = []
    for kind, raw in heard.data.ad_structures:
        if kind in (AdvertisingData.COMPLETE_LOCAL_NAME, AdvertisingData.SHORTENED_LOCAL_NAME):
            name = raw.decode("utf-8", "replace")
        elif kind == AdvertisingData.TX_POWER_LEVEL and raw:
            power = int.from_bytes(raw[:1], "little", signed=True)
        elif kind == AdvertisingData.MANUFACTURER_SPECIFIC_DATA and len(raw) >= 2:
            makers[int.from_bytes(raw[:2], "little")] = raw[2:]
        elif kind in _SERVICE_LISTS:
            services += _uuids(raw, _SERVICE_LISTS[kind])
        elif kind in _SERVICE_DATA and len(raw) >= _SERVICE_DATA[kind]:
            size = _SERVICE_DATA[kind]
            data[_uuid(core.UUID.from_bytes(raw[:size]))] = raw[size:]
    return AdvertisementData(name, makers, data, services, power, heard.rssi, (heard,))


async def _ask(request: Awaitable[T]) -> T:
    """Bumble's answer, its failures as bleak's.

    Bumble cancels what waits on a connection that ends: told from a cancelled task, it is an error like
    others.
    """
    try:
        return await request
    except ATT_Error as error:
        raise BleakGATTProtocolError(int(error.error_code)) from error
    except (core.TimeoutError, core.CommandTimeoutError) as error:
        raise TimeoutError(str(error)) from error
    except core.BaseBumbleError as error:
        raise BleakError(str(error) or type(error).__name__) from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise BleakError("the connection ended") from error


class BumbleScanner(BaseBleakScanner):
    """Scans with the controller behind `device`, which `make_backends` binds."""

    device: Device

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str = "active",
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        self.seen_devices = {}
        self.device.on("advertisement", self._heard)
        await _ask(self.device.start_scanning(active=self._active, filter_duplicates=False))

    async def stop(self) -> None:
        self.device.remove_listener("advertisement", self._heard)
        await _ask(self.device.stop_scanning())

    def _heard(self, heard: Advertisement) -> None:
        data = read_advertisement(heard)
        if not self.is_allowed_uuid(data.service_uuids):
            return
        address = heard.address.to_string(False)
        before = self.seen_devices.get(address)
        name = data.local_name or (before[0].name if before else None)
        self.call_detection_callbacks(
            self.create_or_update_device(address, address, name, heard.address, data), data
        )


class BumbleClient(BaseBleakClient):
    """One connection of `device`, which `make_backends` binds, to a peripheral."""

    device: Device

    def __init__(self, address_or_ble_device: BLEDevice | str, **kwargs: Any) -> None:
        self._wanted: set[str] | None = kwargs.pop("services", None)
        super().__init__(
            address_or_ble_device,
            disconnected_callback=kwargs.get("disconnected_callback"),
            timeout=float(kwargs.get("timeout", 30.0)),
        )
        self._target = address_or_ble_device
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._subscribers: dict[int, Any] = {}

    @property
    def name(self) -> str:
        known = self._target.name if isinstance(self._target, BLEDevice) else None
        return known or self.address

    @property
    def mtu_size(self) -> int:
        return self._connection.att_mtu if self._connection else 23

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **_: Any) -> None:
        if self._connection is not None:
            raise BleakError("Client is already connected")
        connection = await _ask(
            self.device.connect(
                await self._find(),
                transport=core.PhysicalTransport.LE,
                connection_parameters_preferences={hci.Phy.LE_1M: _FAST},
                timeout=self._timeout,
            )
        )
        connection.on(connection.EVENT_DISCONNECTION, self._gone)
        self._connection, self._peer = connection, Peer(connection)
        try:
            await _ask(self._peer.request_mtu(MTU))
            if pair:
                await self.pair()
            await _ask(self._discover(self._peer))
        except BaseException:
            await self.disconnect()
            raise

    async def _find(self) -> hci.Address:
        if isinstance(self._target, BLEDevice):
            return cast(hci.Address, self._target.details)
        from bleak import BleakScanner

        scanner, _ = make_backends(self.device)
        found = await BleakScanner.find_device_by_address(self.address, self._timeout, backend=scanner)
        if found is None:
            raise BleakDeviceNotFoundError(self.address, f"Device with address {self.address} was not found.")
        return cast(hci.Address, found.details)

    async def _discover(self, peer: Peer) -> None:
        found = BleakGATTServiceCollection()
        if self._wanted is None:
            await peer.discover_services()
        else:
            for uuid in self._wanted:
                await peer.discover_service(_bumble_uuid(uuid))
        for service in peer.services:
            entry = BleakGATTService(service, service.handle, _uuid(service.uuid))
            found.add_service(entry)
            for characteristic in await service.discover_characteristics():
                found.add_characteristic(self._entry(characteristic, entry))
        self.services = found

    def _entry(
        self, characteristic: CharacteristicProxy[Any], service: BleakGATTService
    ) -> BleakGATTCharacteristic:
        """Handles are those of the declaration, one before the value's, as BlueZ numbers them."""
        properties = list(gatt_char_props_to_strs(int(characteristic.properties)))
        handle, uuid = characteristic.handle - 1, _uuid(characteristic.uuid)
        return BleakGATTCharacteristic(
            characteristic, handle, uuid, properties, lambda: self.mtu_size - 3, service
        )

    def _gone(self, _: int) -> None:
        self._connection = self._peer = self.services = None
        self._subscribers.clear()
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if self._connection is not None:
            await _ask(self._connection.disconnect())

    async def pair(self, *_: Any, **__: Any) -> None:
        if self._connection is None:
            raise BleakError("Not connected")
        await _ask(self._connection.pair())

    async def unpair(self) -> None:
        store = self.device.keystore
        if store is None:
            return
        for name, _ in await store.get_all():
            if name.split("/")[0].upper() == self.address.upper():
                await store.delete(name)

    def _connected(self) -> Peer:
        if self._peer is None:
            raise BleakError("Not connected")
        return self._peer

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        return bytearray(await _ask(self._connected().read_value(characteristic.obj)))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        return bytearray(await _ask(self._connected().read_value(descriptor.obj)))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: Buffer, response: bool
    ) -> None:
        await _ask(self._connected().write_value(characteristic.obj, bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: Buffer) -> None:
        await _ask(self._connected().write_value(descriptor.obj, bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: Any
    ) -> None:
        self._connected()

        def subscriber(value: bytes) -> None:
            callback(bytearray(value))

        self._subscribers[characteristic.handle] = subscriber
        await _ask(characteristic.obj.subscribe(subscriber))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        self._connected()
        await _ask(characteristic.obj.unsubscribe(self._subscribers.pop(characteristic.handle, None)))
