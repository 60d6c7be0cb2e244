"""Controllers on the virtual radio, and the HCI port through which a host outside this process uses one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from myoedge.edge.errors import LinkError, UsageError
from myoedge.firmware_bridge.virtual.radio import SLOT_S, Radio

if TYPE_CHECKING:
    from bumble.controller import Controller
    from bumble.link import LocalLink

ACL_BYTES = 251  # one link-layer packet with data length extension
DEAF_BYTES = 1 << 22
ACL_TIME_US = 17040  # the longest a 251-byte packet may take, on the coded PHY
RESET = bytes.fromhex("01030c00")  # H4 command HCI_Reset
LE_CONNECTION_COMPLETE = bytes.fromhex("043e1301")
ENHANCED_COMPLETE_BIT = 9  # of the LE event mask, Core specification Vol 4 Part E 7.8.1
HEADER_BYTES = {
    1: (4, 3, 1),
    2: (5, 3, 2),
    3: (4, 3, 1),
    4: (3, 2, 1),
    5: (5, 3, 2),
}  # H4: header, length at, width


def make_controller(name: str, radio: Radio, address: str) -> Controller:
    """A controller on `radio` with the buffers of a current chip (251-byte packets)."""
    from bumble.controller import Controller
    from bumble.hci import Address

    public = Address(address, Address.PUBLIC_DEVICE_ADDRESS)
    controller = Controller(name, link=cast("LocalLink", radio), public_address=public)
    controller.le_acl_data_packet_length = ACL_BYTES
    controller.acl_data_packet_length = 1021
    controller.supported_max_tx_octets = controller.supported_max_rx_octets = ACL_BYTES
    controller.supported_max_tx_time = controller.supported_max_rx_time = ACL_TIME_US
    return controller


class HostPort:
    """One host's view of a controller: H4 packets in and out, with what bumble's controller leaves out.

    A host that unmasked the *enhanced* connection complete event gets that one (Linux blocks for seconds
    without it), the connection interval it reads is the radio's, and its reset ends connections and scans.
    """

    def __init__(self, controller: Controller, radio: Radio, send: Callable[[bytes], None]) -> None:
        self._controller, self._radio, self._send = controller, radio, send
        controller.host = self
        radio.attach(controller, send)

    def on_packet(self, packet: bytes) -> None:
        """From the controller to the host."""
        self._send(self._completed(packet) if packet.startswith(LE_CONNECTION_COMPLETE) else packet)

    def from_host(self, packet: bytes) -> None:
        """From the host to the controller."""
        if packet == RESET:
            self.reset()
        self._controller.on_packet(packet)

    def reset(self) -> None:
        """Ends what the host had going: connections (the peers time out), a scan, a pending connect."""
        self._radio.forget(self._controller)
        self._controller.le_scan_enable = False
        self._controller.pending_le_connection = None

    def _completed(self, packet: bytes) -> bytes:
        slots = max(6, round(self._radio.settings.interval_s / SLOT_S))
        body = packet[4:15]  # status, handle, role, peer address type, peer address
        rest = slots.to_bytes(2, "little") + packet[17:]  # interval, latency, timeout, clock accuracy
        if self._controller.le_event_mask >> ENHANCED_COMPLETE_BIT & 1:
            return bytes.fromhex("043e1f0a") + body + bytes(12) + rest
        return LE_CONNECTION_COMPLETE + body + rest


class H4Splitter:
    """Cuts a byte stream into whole H4 packets; raises LinkError on a byte that begins none."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        self._bytes += data
        packets = []
        while self._bytes:
            if self._bytes[0] not in HEADER_BYTES:
                raise LinkError(
                    f"HCI byte {self._bytes[0]:#04x} begins no packet; the client must speak HCI H4"
                )
            header, at, width = HEADER_BYTES[self._bytes[0]]
            size = header + int.from_bytes(self._bytes[at : at + width], "little")
            if len(self._bytes) < max(header, size):
                break
            packets.append(bytes(self._bytes[:size]))
            del self._bytes[:size]
        return packets


class HciServer(asyncio.Protocol):
    """A socket that one host at a time may connect to; when it goes, its connections time out.

    `listen` opens it; connections after the first are closed at once.
    """

    def __init__(self, slot: HciSlot) -> None:
        self._slot = slot
        self._transport: asyncio.Transport | None = None
        self._splitter = H4Splitter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._slot.client is not None:
            self._transport.close()
            return
        self._slot.client = self._transport

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._slot.client is not self._transport:
            return
        try:
            for packet in self._splitter.feed(data):
                self._slot.port.from_host(packet)
        except LinkError:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        if self._slot.client is self._transport:
            self._slot.client = None
            self._slot.port.reset()


class HciSlot:
    """The place of the one host: the port it speaks to and the socket it speaks through."""

    def __init__(self, controller: Controller, radio: Radio) -> None:
        self.client: asyncio.Transport | None = None
        self.port = HostPort(controller, radio, self._send)

    def _send(self, packet: bytes) -> None:
        if self.client is None:
            return
        self.client.write(packet)
        if self.client.get_write_buffer_size() > DEAF_BYTES:
            self.client.abort()  # a host that stopped reading


class Closable(Protocol):
    """An open HCI transport."""

    async def close(self) -> None: ...


class _Listening:
    def __init__(self, server: asyncio.Server, slot: HciSlot, path: Path | None) -> None:
        self._server, self._slot, self._path = server, slot, path

    async def close(self) -> None:
        self._server.close()
        if self._slot.client is not None:
            self._slot.client.abort()
        if self._path is not None:
            self._path.unlink(missing_ok=True)


async def serve_hci(controller: Controller, radio: Radio, transport: str) -> Closable:
    """Serve `controller` to a host on `unix-server:PATH`, `tcp-server:HOST:PORT` or any bumble transport.

    Raises UsageError when the string names no transport, LinkError when it cannot be opened.
    """
    kind, _, place = transport.partition(":")
    try:
        if kind == "unix-server":
            return await _serve_unix(HciSlot(controller, radio), Path(place))
        if kind == "tcp-server":
            return await _serve_tcp(HciSlot(controller, radio), place)
    except OSError as error:
        raise LinkError(f"cannot serve HCI on {transport}: {error}; choose another place") from error
    return await _serve_bumble(controller, radio, transport)


async def _serve_unix(slot: HciSlot, path: Path) -> Closable:
    loop = asyncio.get_running_loop()
    before = os.umask(0o177)  # the socket is its owner's alone from the first moment
    try:
        server = await loop.create_unix_server(lambda: HciServer(slot), str(path))
    finally:
        os.umask(before)
    return _Listening(server, slot, path)


async def _serve_tcp(slot: HciSlot, place: str) -> Closable:
    host, _, port = place.rpartition(":")
    if not port.isdigit():
        raise UsageError(f"tcp-server:{place} has no port; write tcp-server:127.0.0.1:9001")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: HciServer(slot), "127.0.0.1" if host in ("", "_") else host, int(port)
    )
    return _Listening(server, slot, None)


async def _serve_bumble(controller: Controller, radio: Radio, transport: str) -> Closable:
    from bumble.transport import open_transport
    from bumble.transport.common import TransportInitError, TransportSpecError

    try:
        opened = await open_transport(transport)
    except TransportSpecError as error:
        raise UsageError(f"{transport!r} is no HCI transport ({error}); write unix-server:PATH") from error
    except (TransportInitError, OSError, ValueError) as error:
        raise LinkError(f"cannot open {transport}: {error}; choose another transport") from error
    port = HostPort(controller, radio, opened.sink.on_packet)
    opened.source.set_packet_sink(_Inward(port))
    return cast(Closable, opened)


class _Inward:
    def __init__(self, port: HostPort) -> None:
        self._port = port

    def on_packet(self, packet: bytes) -> None:
        self._port.from_host(packet)
