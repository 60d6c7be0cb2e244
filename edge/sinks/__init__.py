"""Where events go. A slow or dead reader never holds up a decision: lines wait, bounded; the oldest goes."""

from importlib import import_module
from typing import Protocol

from myoedge.edge.errors import UsageError
from myoedge.edge.event import Event

# scheme -> module:class
SINKS = {
    "-": "myoedge.edge.sinks.stdout:StdoutSink",
    "unix": "myoedge.edge.sinks.unix:UnixSink",
    "udp": "myoedge.edge.sinks.udp:UdpSink",
}


class Sink(Protocol):
    """Takes events without ever waiting."""

    @property
    def dropped(self) -> int: ...

    def __call__(self, event: Event) -> None: ...

    def close(self) -> None: ...


def open_sink(address: str) -> Sink:
    """Open `-`, `unix:PATH` or `udp:HOST:PORT`; raises UsageError for another scheme."""
    scheme, _, rest = address.partition(":")
    if scheme not in SINKS:
        raise UsageError(
            f"no sink {address!r}; wanted one of {', '.join(SINKS)} (as `-`, unix:PATH, udp:HOST:PORT)"
        )
    module, kind = SINKS[scheme].split(":")
    sink: Sink = getattr(import_module(module), kind)(rest)
    return sink
