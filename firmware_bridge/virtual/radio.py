"""The virtual radio: carries packets between bumble controllers as BLE would, in connection events.

It stands in for bumble's `LocalLink` (same methods, low energy only), which delivers at once and never fails.
"""

from __future__ import annotations

import asyncio
import random
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bumble.controller import Controller
    from bumble.core import PhysicalTransport
    from bumble.hci import Address
    from bumble.ll import AdvertisingPdu, ControlPdu

CONNECTION_TIMEOUT = 0x08  # HCI error code, Core specification Vol 1 Part F 2.8
ACL_PACKET, FIRST_FRAGMENT = 0x02, 0b10  # H4 type; packet boundary flag, Vol 4 Part E 5.4.2
SLOT_S = 0.00125  # unit of a connection interval; one data packet each way takes about one
SUPERVISION_S = 4.0  # until a central says otherwise in its connect request
SUPERVISION_UNIT_S = 0.01


@dataclass(frozen=True, slots=True)
class RadioSettings:
    """How good the air is. `per_event` 0: as many packets a direction as fit the interval."""

    interval_s: float = 0.0075  # connection interval; 0 delivers at once
    per_event: int = 0
    miss: float = 0.0  # share of connection events that nobody hears; what waited comes with the next
    seed: int = 0

    @property
    def packets_per_event(self) -> int:
        """Packets one connection event carries in one direction."""
        return self.per_event or max(1, round(self.interval_s / SLOT_S))


class Radio:
    """A link between controllers with connection events, missed events, shadows and supervision timeouts.

    The link layer retransmits, so a missed event or a shadow delays data and never loses it; a shadow longer
    than the supervision timeout ends the connection.
    """

    def __init__(self, settings: RadioSettings | None = None) -> None:
        self.settings = settings or RadioSettings()
        self.controllers: set[Controller] = set()
        self.supervision_s = SUPERVISION_S
        self.delivered = 0
        self._loop = asyncio.get_running_loop()
        self._anchor_s = self._loop.time()
        self._random = random.Random(self.settings.seed)
        self._queues: dict[tuple[Controller, Address], deque[tuple[PhysicalTransport, bytes]]] = {}
        self._hosts: dict[Controller, Callable[[bytes], None]] = {}
        self._event: asyncio.TimerHandle | None = None
        self._shadow_until_s = 0.0
        self._absent_until_s = 0.0

    # What bumble's controllers call.

    def add_controller(self, controller: Controller) -> None:
        self.controllers.add(controller)

    def remove_controller(self, controller: Controller) -> None:
        self.controllers.discard(controller)

    def on_address_changed(self, _: Controller) -> None:
        """Addresses are looked up at each packet."""

    def find_le_controller(self, address: Address) -> Controller | None:
        """The controller that owns a connection from `address`, else the one that has that address."""
        for controller in self.controllers:
            if any(link.self_address == address for link in controller.le_connections.values()):
                return controller
        for controller in self.controllers:
            if address in (controller.random_address, controller.public_address):
                return controller
        return None

    def send_advertising_pdu(self, sender: Controller, packet: AdvertisingPdu) -> None:
        if self._loop.time() < self._absent_until_s:
            return
        timeout = getattr(packet, "timeout", None)  # only a connect request has one
        if timeout is not None:
            self.supervision_s = max(0.1, timeout * SUPERVISION_UNIT_S)
            self._queues.clear()  # nothing of an earlier connection may reach this one
        for controller in self.controllers - {sender}:
            self._loop.call_soon(controller.on_ll_advertising_pdu, packet)

    def send_ll_control_pdu(
        self, sender_address: Address, receiver_address: Address, packet: ControlPdu
    ) -> None:
        receiver = self.find_le_controller(receiver_address)
        if receiver is not None and sender_address in receiver.le_connections:
            self._loop.call_soon(self._control, receiver, sender_address, packet)

    def send_acl_data(
        self, sender: Controller, peer: Address, transport: PhysicalTransport, data: bytes
    ) -> None:
        # The source is the connection's own address: a host may have connected with its public one.
        connection = sender.le_connections.get(peer)
        receiver = self.find_le_controller(peer)
        if connection is None or receiver is None:
            return
        self._queues.setdefault((receiver, connection.self_address), deque()).append((transport, data))
        self._arm()

    # What the virtual armband's keeper calls.

    def attach(self, controller: Controller, host: Callable[[bytes], None]) -> None:
        """Hand data for `controller` to its host as H4 packets, without bumble's logging of each."""
        self._hosts[controller] = host

    def backlog(self, sender: Controller) -> int:
        """Packets of `sender` that wait for a connection event."""
        own = {link.self_address for link in sender.le_connections.values()}
        return sum(len(queue) for (_, source), queue in self._queues.items() if source in own)

    def stall(self, seconds: float) -> None:
        """A radio shadow: data waits; one longer than the supervision timeout drops the connections."""
        now = self._loop.time()
        self._shadow_until_s = max(self._shadow_until_s, now + seconds)
        if seconds > self.supervision_s:
            self._loop.call_later(self.supervision_s, self.drop_connections)
            self._absent_until_s = max(self._absent_until_s, now + seconds)
        self._arm()

    def leave(self, seconds: float) -> None:
        """Out of range: connections time out now, and nobody hears an advertisement for `seconds`."""
        self._absent_until_s = max(self._absent_until_s, self._loop.time() + seconds)
        self.drop_connections()

    def drop_connections(self, reason: int = CONNECTION_TIMEOUT) -> None:
        """Supervision timeout: both ends lose every connection, with what still waited."""
        for controller in self.controllers:
            for connection in list(controller.le_connections.values()):
                controller.on_le_disconnected(connection, reason)
        self._queues.clear()

    def forget(self, controller: Controller) -> None:
        """A controller was reset or lost its host: its connections end silently, the peers time out."""
        for connection in list(controller.le_connections.values()):
            peer = self.find_le_controller(connection.peer_address)
            other = peer.le_connections.get(connection.self_address) if peer is not None else None
            if peer is not None and other is not None:
                peer.on_le_disconnected(other, CONNECTION_TIMEOUT)
        controller.le_connections.clear()
        self._queues.clear()

    # Connection events.

    def _control(self, receiver: Controller, sender_address: Address, packet: ControlPdu) -> None:
        if sender_address in receiver.le_connections:  # it may have ended since
            receiver.on_ll_control_pdu(sender_address, packet)

    def _arm(self) -> None:
        if self._event is None and any(self._queues.values()):
            self._event = self._loop.call_at(self._next_event_s(), self._connection_event)

    def _next_event_s(self) -> float:
        start = max(self._loop.time(), self._shadow_until_s)
        interval = self.settings.interval_s
        if not interval:
            return start
        return self._anchor_s + interval * (int((start - self._anchor_s) / interval) + 1)

    def _deliver(
        self, receiver: Controller, source: Address, transport: PhysicalTransport, data: bytes
    ) -> None:
        self.delivered += 1
        host, connection = self._hosts.get(receiver), receiver.le_connections.get(source)
        if host is not None and connection is not None:
            head = struct.pack("<BHH", ACL_PACKET, connection.handle | FIRST_FRAGMENT << 12, len(data))
            self._loop.call_soon(host, head + data)  # behind the events the controller has sent
        else:
            receiver.on_link_acl_data(source, transport, data)

    def _connection_event(self) -> None:
        self._event = None
        shadowed = self._loop.time() < self._shadow_until_s
        if not shadowed and self._random.random() >= self.settings.miss:
            for (receiver, source), queue in list(self._queues.items()):
                count = (
                    min(self.settings.packets_per_event, len(queue))
                    if self.settings.interval_s
                    else len(queue)
                )
                for _ in range(count):
                    self._deliver(receiver, source, *queue.popleft())
        self._arm()
