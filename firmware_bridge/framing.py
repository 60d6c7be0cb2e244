"""From bytes as they come to whole packets (stop 2): nothing to do on BLE, resynchronising on a wire."""

from typing import Protocol


class Deframer(Protocol):
    """Cuts a source's bytes into whole packets; bytes between them are counted in `noise`."""

    @property
    def noise(self) -> int: ...

    def feed(self, data: bytes) -> list[bytes]: ...


class WholeFrames:
    """BLE: the link layer delivers each notification whole, checked by its CRC."""

    noise = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The notification itself."""
        return [data]
