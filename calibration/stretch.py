"""A stretch of one armband's stream and the spans of it in which a known gesture was held."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.chunk import Chunk
from myoedge.edge.modality import NS
from myoedge.edge.recording import Label

PIECE_MS = 50  # how finely modalities are interleaved, as radio packets would


@dataclass(frozen=True, slots=True)
class Span:
    """One repetition of one gesture, from its first to its last moment."""

    label: str
    repetition: int
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the edge would have got, in order of arrival, and what the wearer did meanwhile."""

    chunks: Sequence[Chunk]
    spans: Sequence[Span]


def spans_of(labels: Iterable[Label]) -> list[Span]:
    """Pair starts with ends; of a repetition done again the last counts; one without an end is dropped."""
    spans: dict[tuple[str, int], Span] = {}
    started: dict[tuple[str, int], int] = {}
    for label in labels:
        key = label.label, label.repetition
        if label.edge == "start":
            started[key] = label.t_ns
        elif key in started:
            spans[key] = Span(*key, started.pop(key), label.t_ns)
    return sorted(spans.values(), key=lambda span: span.start_ns)


def stretch_of(
    label: str, repetition: int, signals: Mapping[str, NDArray[Any]], rates_hz: Mapping[str, float]
) -> Stretch:
    """One cut repetition as the armband would send it; (time, channel) counts, all starting together."""
    chunks: list[Chunk] = []
    for modality, samples in signals.items():
        rate_hz = rates_hz[modality]
        rows = len(samples) if len(signals) == 1 else max(1, round(PIECE_MS * rate_hz / 1000))
        for at in range(0, len(samples), rows):
            piece = samples[at : at + rows]
            arrival_ns = round((at + len(piece)) / rate_hz * NS)
            chunks.append(Chunk(modality, piece, round(at / rate_hz * NS), arrival_ns))
    # at one instant the first modality (the clock) comes last, so that its window sees the others
    chunks.sort(key=lambda chunk: (chunk.arrival_ns, chunk.modality == next(iter(signals))))
    end_ns = max((chunk.arrival_ns for chunk in chunks), default=0)
    return Stretch(chunks, [Span(label, repetition, 0, end_ns)])


def raw_of(stretch: Stretch, modality: str, span: Span) -> NDArray[np.float64]:
    """The raw counts of a span, (time, channel); chunks that reach over its edge are left out."""
    inside = [
        chunk.samples.astype(np.float64)
        for chunk in stretch.chunks
        if chunk.modality == modality and chunk.t_ns >= span.start_ns and chunk.arrival_ns <= span.end_ns
    ]
    return np.concatenate(inside) if inside else np.zeros((0, 0))
