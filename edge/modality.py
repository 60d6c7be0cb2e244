"""One modality as a bundle wants it, and bound to what an armband delivers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from myoedge.edge.errors import FormatError, MismatchError
from myoedge.edge.filter import Section, high_pass, low_pass, notch
from myoedge.edge.stream import StreamSpec

NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ModalitySpec:
    """What a bundle asks of one modality; None means "as the armband has it"."""

    name: str
    rate_hz: float | None
    channels: int | None
    window_ms: float
    columns: tuple[int, ...] | None  # which of the armband's channels, in this order
    scale: tuple[float, ...]  # counts times this enter the window: one value, or one a column
    filters: tuple[Mapping[str, Any], ...]  # {"kind": "high_pass", "hz": 20, "order": 2}, ...
    required: bool  # without it no window is made


@dataclass(frozen=True, slots=True)
class Bound:
    """A modality with every number known."""

    name: str
    rate_hz: float
    channels: int  # as the armband delivers them
    columns: tuple[int, ...]  # as the window holds them
    scale: tuple[float, ...]  # one a column
    sections: tuple[Section, ...]
    rows: int  # window length in samples
    limit: float | None  # full scale in counts

    @property
    def period_ns(self) -> int:
        return round(NS / self.rate_hz)


def bind(spec: ModalitySpec, stream: StreamSpec) -> Bound:
    """Fit a bundle's modality to an armband's stream; raises MismatchError when they differ."""
    rate_hz = spec.rate_hz or stream.rate_hz
    channels = spec.channels or stream.channels
    if rate_hz != stream.rate_hz or channels != stream.channels:
        raise MismatchError(
            f"the armband gives {spec.name} as {stream.channels} channels at {stream.rate_hz:g} Hz, the bundle wants "
            f"{channels} at {rate_hz:g} Hz; use a bundle made for this armband, or --bundle classic"
        )
    columns = spec.columns or tuple(range(channels))
    scale = spec.scale * len(columns) if len(spec.scale) == 1 else spec.scale
    rows = round(spec.window_ms * rate_hz / 1000)
    sections = tuple(s for f in spec.filters for s in _design(f, rate_hz))
    return Bound(spec.name, rate_hz, channels, columns, scale, sections, rows, stream.limit)


def _design(row: Mapping[str, Any], rate_hz: float) -> Sequence[Section]:
    hz = float(row["hz"])
    if hz >= rate_hz / 2:
        return ()  # nothing of that band is in the signal
    if row["kind"] == "high_pass":
        return high_pass(hz, rate_hz, int(row.get("order", 2)))
    if row["kind"] == "low_pass":
        return low_pass(hz, rate_hz, int(row.get("order", 2)))
    if row["kind"] == "notch":
        return notch(hz, rate_hz, float(row.get("quality", 30)))
    raise FormatError(f"a filter of kind {row['kind']!r}; wanted high_pass, low_pass or notch")


def modality_from_json(name: str, row: Mapping[str, Any]) -> ModalitySpec:
    """Read one entry of bundle.json's `modalities`; raises KeyError, TypeError or ValueError."""
    columns = row.get("columns")
    scale = row.get("scale", 1.0)
    return ModalitySpec(
        name=name,
        rate_hz=None if row.get("rate_hz") is None else float(row["rate_hz"]),
        channels=None if row.get("channels") is None else int(row["channels"]),
        window_ms=float(row["window_ms"]),
        columns=None if columns is None else tuple(int(c) for c in columns),
        scale=tuple(float(s) for s in (scale if isinstance(scale, list) else [scale])),
        filters=tuple(row.get("filters", ())),
        required=bool(row.get("required", True)),
    )
