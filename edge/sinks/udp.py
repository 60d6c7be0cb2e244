"""Events as one JSON datagram each."""

import socket
from typing import Any

from myoedge.edge.errors import UsageError
from myoedge.edge.event import Event


class UdpSink:
    """Never waits: what the network does not take at once is dropped and counted."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise UsageError(f"udp:{address} is no address; wanted udp:HOST:PORT")
        try:
            found = socket.getaddrinfo(host, int(port), type=socket.SOCK_DGRAM)
        except OSError as error:
            raise UsageError(f"udp:{address}: {error}; wanted a host this computer can reach") from error
        family, kind, protocol, _, peer = found[0]
        self._peer: tuple[Any, ...] = peer
        self._socket = socket.socket(family, kind, protocol)
        self._socket.setblocking(False)
        self.dropped = 0

    def __call__(self, event: Event) -> None:
        try:
            self._socket.sendto(event.to_json().encode(), self._peer)
        except OSError:
            self.dropped += 1

    def close(self) -> None:
        self._socket.close()
