"""One armband packet, decoded: which samples it holds and the number it carries (stop 3)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError

LINK_SOURCE = (
    "link"  # arrivals of this source say "linked" or "dropped"; recordings keep them, so a replay knows
)


class ProtocolError(FormatError):
    """A packet's bytes are not what its protocol says; codecs count it and go on."""


@dataclass(frozen=True, slots=True)
class Packet:
    """What one notification or frame holds."""

    modality: str  # "emg", "imu"
    samples: NDArray[np.signedinteger[Any]]  # (time, channel), counts
    number: int = 0  # position of the packet as the armband counts it, modulo the codec's `numbers`


def wrong_length(source: str, met: int, wanted: str) -> ProtocolError:
    """The error for a packet that is cut or too long."""
    return ProtocolError(f"{source}: a packet of {met} bytes; wanted {wanted}; it is counted and left out")
