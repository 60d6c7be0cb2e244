"""What a BLE link must know of an armband: which characteristics to read, subscribe to and write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

BATTERY_SERVICE = "0000180f-0000-1000-8000-00805f9b34fb"
BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"  # Bluetooth SIG, u8 percent


@dataclass(frozen=True, slots=True)
class GattMap:
    """One kind of BLE armband. Characteristics are 128-bit UUID strings in lower case."""

    kind: str
    service: str  # the service it advertises
    services: tuple[str, ...]  # those that hold what is used, so that no time goes into discovering others
    data: Mapping[str, str]  # notify characteristic -> name of the source in an Arrival
    command: str  # where commands are written
    readings: Mapping[str, str]  # name -> characteristic read at each connect ("battery", "firmware", "info")
    start: tuple[bytes, ...]  # written in order after subscribing, at each connect
    stop: tuple[bytes, ...]  # written before a wanted disconnect
    vibrate: Callable[[int], bytes]  # 1 short .. 3 long -> command
    firmware: Callable[
        [Mapping[str, bytes]], str
    ]  # readings -> version in words; LinkError if it cannot be used
    name: str = ""  # how the names of those begin that do not advertise their service; empty: all do
