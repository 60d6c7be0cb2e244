"""The links: how an armband's bytes come (stop 1). A new one is a file here and a line in LINKS."""

from importlib import import_module
from typing import Any, Protocol

from myoedge.edge.recording import Arrival

LINKS: dict[str, str] = {
    "ble": "myoedge.firmware_bridge.links.ble:BleLink",
    "serial": "myoedge.firmware_bridge.links.serial:SerialLink",
    "recording": "myoedge.firmware_bridge.links.recording:RecordingLink",
    "tap": "myoedge.firmware_bridge.links.tap:TapLink",
}


class Link(Protocol):
    """An armband's bytes as they arrive.

    Arrivals whose source is "link" say "linked" or "dropped" (then why): they are recorded like any other, so
    that a replay counts the gap as it was counted live.
    """

    async def open(self) -> None: ...

    async def read(self) -> Arrival | None: ...  # the next; None: no more will come

    async def ask(
        self, point: str, data: bytes | None = None
    ) -> bytes: ...  # read a named point, or write it

    async def close(self) -> None: ...


def load_link(name: str) -> Any:
    """The class behind a name of LINKS, imported now."""
    module, _, kind = LINKS[name].partition(":")
    return getattr(import_module(module), kind)
