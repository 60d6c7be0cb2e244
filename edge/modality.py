"""One modality as a bundle wants it, and bound to what an armband delivers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from myoedge.edge.errors import MismatchError
from myoedge.edge.filter import Section, high_pass, low_pass, notch
from myoedge.edge.stream import StreamSpec

NS = 1_000_000_000
LEAST_ROWS = 4  # slope sign changes need three samples, a covariance more than one
LONGEST_MS = 60_000.0
MOST_CHANNELS = 1024


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
            f"the armband gives {spec.name} as {stream.channels} channels at {stream.rate_hz:g} Hz, the "
            f"bundle wants {channels} at {rate_hz:g} Hz; use a bundle made for it, or --bundle classic"
        )
    columns = spec.columns or tuple(range(channels))
    if max(columns) >= channels:
        raise MismatchError(
            f"the bundle wants channel {max(columns)} of {spec.name}, the armband has {channels}"
        )
    scale = spec.scale * len(columns) if len(spec.scale) == 1 else spec.scale
    rows = round(spec.window_ms * rate_hz / 1000)
    if rows < LEAST_ROWS:
        raise MismatchError(
            f"{spec.window_ms:g} ms of {spec.name} at {rate_hz:g} Hz are {rows} samples; a window wants "
            f"{LEAST_ROWS} or more: use another armband or bundle"
        )
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
    return notch(hz, rate_hz, float(row.get("quality", 30)))


def modality_from_json(name: str, row: Mapping[str, Any]) -> ModalitySpec:
    """Read one entry of bundle.json's `modalities`; raises KeyError, TypeError or ValueError."""
    columns, scale = row.get("columns"), row.get("scale", 1.0)
    scale = tuple(_number(s, "scale") for s in (scale if isinstance(scale, list) else [scale]))
    channels = row.get("channels")
    if columns is not None:
        columns = tuple(_count(c, "columns", least=0) for c in columns)
        if not columns or len(set(columns)) != len(columns):
            raise ValueError(f"columns {columns}")
        if len(scale) not in (1, len(columns)):
            raise ValueError(f"{len(scale)} scales for {len(columns)} columns")
    elif len(scale) not in (1, channels):
        raise ValueError(f"{len(scale)} scales for {channels} channels")
    filters = tuple(row.get("filters", ()))
    for each in filters:
        _check_filter(each)
    return ModalitySpec(
        name=name,
        rate_hz=None if row.get("rate_hz") is None else _number(row["rate_hz"], "rate_hz", above=0),
        channels=None if channels is None else _count(channels, "channels", least=1),
        window_ms=_number(row["window_ms"], "window_ms", above=0, most=LONGEST_MS),
        columns=columns,
        scale=scale,
        filters=filters,
        required=row.get("required", True) is True,
    )


def _check_filter(row: Mapping[str, Any]) -> None:
    if row["kind"] not in ("high_pass", "low_pass", "notch"):
        raise ValueError(f"a filter of kind {row['kind']!r}; wanted high_pass, low_pass or notch")
    _number(row["hz"], "hz", above=0)
    _number(row.get("quality", 30), "quality", above=0)
    if _count(row.get("order", 2), "order", least=2) not in (2, 4, 6, 8):
        raise ValueError(f"a filter of order {row['order']}; wanted 2, 4, 6 or 8")


def _number(value: Any, name: str, above: float = -math.inf, most: float = math.inf) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} {value!r}, which is no number")
    if not above < value <= most:
        raise ValueError(f"{name} {value!r}, out of range")
    return float(value)


def _count(value: Any, name: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST_CHANNELS:
        raise ValueError(f"{name} {value!r}; wanted a whole number from {least} to {MOST_CHANNELS}")
    return value
