"""What the edge asks of any source of samples: live, recorded or virtual."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from myoedge.edge.chunk import Chunk


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """One modality as the armband delivers it."""

    rate_hz: float
    channels: int
    unit: str = "count"  # count, microvolt, volt, ...
    limit: float | None = None  # largest magnitude a sample can have (full scale); None: unknown


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the link wants known between two chunks."""

    kind: Literal["linked", "dropped", "ended"]
    t_ns: int
    detail: str = ""


class Stream(Protocol):
    """An open armband as the runtime sees it."""

    @property
    def name(self) -> str: ...

    @property
    def specs(self) -> Mapping[str, StreamSpec]: ...

    def __aiter__(self) -> AsyncIterator[Chunk | Notice]: ...


@runtime_checkable
class Patient(Protocol):
    """A stream that can be told when its next chunk matters, so that the chunks before it wake nobody."""

    def hush(self, until_ns: int) -> None:
        """Nothing that arrives before `until_ns` (monotonic) is needed before then."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether more can be read right now."""
        ...
