"""The battery service of a virtual armband (180F): its level (2A19), read and notified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from myoedge.firmware_bridge.virtual.peripheral import Peripheral

if TYPE_CHECKING:
    from bumble.gatt import Characteristic, Service


class Battery:
    """State of charge, in percent."""

    def __init__(self, peripheral: Peripheral, percent: int) -> None:
        self._peripheral, self.percent = peripheral, percent
        self._level: Characteristic[Any] | None = None

    def set(self, percent: int) -> None:
        """A new state of charge, notified."""
        self.percent = percent
        if self._level is not None:
            self._peripheral.notify(self._level, bytes([percent]))

    def service(self) -> Service:
        """For the attribute table."""
        from bumble.core import UUID
        from bumble.gatt import Characteristic, CharacteristicValue, Service

        kind, may = Characteristic.Properties, Characteristic.Permissions
        value = CharacteristicValue[bytes](read=lambda _: bytes([self.percent]))
        self._level = Characteristic[bytes](
            UUID.from_16_bits(0x2A19), kind.READ | kind.NOTIFY, may.READABLE, value
        )
        return Service(UUID.from_16_bits(0x180F), [self._level])
