"""Which Bluetooth an armband is reached by: the computer's own (BlueZ) or our host on an HCI transport."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from myoedge.edge.errors import NotThereError, UsageError

if TYPE_CHECKING:
    from bumble.transport.common import Transport

BLUEZ = "bluez"
_OPEN_S = 10.0


async def _nothing() -> None:
    """BlueZ is nobody's to close."""


@dataclass(frozen=True, slots=True)
class Radio:
    """Backends to hand to bleak's scanner and client (None: bleak's choice), and how to let go of them."""

    address: str
    scanner: type[Any] | None = None
    client: type[Any] | None = None
    close: Callable[[], Awaitable[None]] = _nothing
    alive: Callable[[], bool] = lambda: True  # False: its other end is gone for good

    @property
    def scanner_options(self) -> dict[str, Any]:
        """Keywords for bleak.BleakScanner."""
        return {} if self.scanner is None else {"backend": self.scanner}

    @property
    def client_options(self) -> dict[str, Any]:
        """Keywords for bleak.BleakClient."""
        return {} if self.client is None else {"backend": self.client}


async def open_radio(address: str = BLUEZ) -> Radio:
    """`bluez`, or a transport of the virtual radio (`unix-client:PATH`, `tcp-client:127.0.0.1:9001`).

    Raises NotThereError when nothing answers there or a library is missing, UsageError for no transport at
    all.
    """
    need("bleak", "ble")
    if address == BLUEZ:
        return Radio(BLUEZ)
    need("bumble", "virtual")
    transport = await _open_transport(address)
    try:
        async with asyncio.timeout(_OPEN_S):
            return await _power_on(address, transport)
    except TimeoutError as error:
        await _close(transport)
        raise NotThereError(
            f"{address} accepts, but no Bluetooth controller answers; check its other end"
        ) from error
    except BaseException:
        await _close(transport)
        raise


def need(module: str, extra: str) -> None:
    """NotThereError with the cure when an optional library is not installed."""
    from importlib.util import find_spec

    if find_spec(module) is None:
        raise NotThereError(f"{module} is not installed; run: pip install 'myoedge[{extra}]'")


async def _open_transport(address: str) -> Transport:
    from bumble.transport import open_transport
    from bumble.transport.common import TransportInitError, TransportSpecError

    try:
        async with asyncio.timeout(_OPEN_S):
            return await open_transport(address)
    except TransportSpecError as error:
        raise UsageError(
            f"radio {address!r}: {error}; wanted bluez, unix-client:PATH or tcp-client:HOST:PORT"
        ) from error
    except (OSError, TimeoutError, TransportInitError) as error:
        raise NotThereError(
            f"no controller at {address} ({error}); start one with: myoedge virtual myo --hci TRANSPORT"
        ) from error
    except ValueError as error:
        raise UsageError(
            f"radio {address!r} cannot be read ({error}); wanted tcp-client:HOST:PORT"
        ) from error


async def _power_on(address: str, transport: Transport) -> Radio:
    from bumble.device import Device
    from bumble.hci import Address

    from myoedge.firmware_bridge.bleak_bumble import make_backends

    octets = bytearray(secrets.token_bytes(6))
    octets[5] |= 0xC0  # a static random address (Core specification Vol 6 Part B 1.3.2.1)
    device = Device.with_hci(
        "myoedge", Address(bytes(octets), Address.RANDOM_DEVICE_ADDRESS), transport.source, transport.sink
    )
    await device.power_on()
    scanner, client = make_backends(device)

    async def close() -> None:
        with contextlib.suppress(Exception):  # the other end may be gone
            async with asyncio.timeout(0.5):
                await device.power_off()
        await _close(transport)

    return Radio(address, scanner, client, close, lambda: not transport.source.terminated.done())


async def _close(transport: Transport) -> None:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(1.0):
            await transport.close()
