"""What a serial link must know of an armband: its speed, what to ask it and what to write when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

WIRE_SOURCE = "wire"  # the source of an Arrival over a wire: whatever one read gave, frames cut anywhere


@dataclass(frozen=True, slots=True)
class Wire:
    """One kind of serial armband."""

    kind: str
    baud: int
    questions: Mapping[str, bytes]  # reading -> what asks for it; the first must be answered, others may be
    answer: Callable[[str, bytes], bytes | None]  # reading, all that came since -> its bytes, None: not yet
    start: tuple[bytes, ...]  # written in order at each connect, once it has answered
    stop: tuple[bytes, ...]  # written before it is asked anything, and before a wanted end
    vibrate: Callable[[int], bytes]  # 1 short .. 3 long -> what to write; empty where it cannot
    firmware: Callable[[Mapping[str, bytes]], str]  # readings -> version; LinkError if it cannot be used
    patience_s: float = 1.0  # for the first answer; some boards reset when they are asked
