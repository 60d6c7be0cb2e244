"""Recordings to the windows a device would see: every sample passes through the edge's own stops 5 and 6."""

from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.chunk import Chunk
from myoedge.edge.condition import Conditioner
from myoedge.edge.modality import NS, Bound, ModalitySpec, bind
from myoedge.edge.stream import StreamSpec
from myoedge.edge.window import Window, Windower

CHUNK_MS = 25  # modalities are fed in turns of so much, as radio packets would come

Samples = NDArray[np.float32]


class Front(Protocol):
    """What stops 5 and 6 need to know; a Bundle is one, so is a recipe's front."""

    @property
    def modalities(self) -> Mapping[str, ModalitySpec]: ...
    @property
    def clock(self) -> str: ...
    @property
    def hop_ms(self) -> float: ...
    @property
    def max_gap_ms(self) -> float: ...


def bind_front(front: Front, streams: Mapping[str, StreamSpec]) -> dict[str, Bound]:
    """The front's modalities bound to what a data set holds; MismatchError when rates or channels differ.

    A modality that the data set lacks is bound to the bundle's own rate, so that its window is zeros.
    """
    bounds: dict[str, Bound] = {}
    for name, spec in front.modalities.items():
        if name in streams:
            bounds[name] = bind(spec, streams[name])
        elif spec.rate_hz and spec.channels:
            bounds[name] = bind(spec, StreamSpec(spec.rate_hz, spec.channels))
    return bounds


def windows_of(
    front: Front,
    streams: Mapping[str, StreamSpec],
    signals: Mapping[str, Samples],
    *,
    hop_ms: float | None = None,
) -> list[Window]:
    """All windows of one recording whose modalities start together.

    `signals`: raw counts by modality, (time, channel). Window times count from the recording's first sample.
    """
    bounds = bind_front(front, streams)
    present = {name: signals[name] for name in bounds if name in signals}
    conditioners = {
        name: Conditioner(bounds[name], front.max_gap_ms, electrodes=name == front.clock) for name in present
    }
    windower = Windower(bounds, front.clock, hop_ms or front.hop_ms)
    windows: list[Window] = []
    for chunk in in_turns(present, bounds, front.clock):
        signal, _ = conditioners[chunk.modality](chunk)
        windows += windower.feed(signal)
    return windows


def in_turns(signals: Mapping[str, Samples], bounds: Mapping[str, Bound], clock: str) -> Iterable[Chunk]:
    """Chunks of all modalities in the order of time; the clock last in each turn, as it makes the windows."""
    order = sorted(signals, key=lambda name: name == clock)
    seconds = len(signals[clock]) / bounds[clock].rate_hz
    done = dict.fromkeys(order, 0)
    for turn in range(1, int(np.ceil(seconds * 1000 / CHUNK_MS)) + 1):
        for name in order:
            stop = min(len(signals[name]), round(turn * CHUNK_MS * bounds[name].rate_hz / 1000))
            if stop > done[name]:
                t_ns = done[name] * bounds[name].period_ns
                samples = signals[name][done[name] : stop]
                yield Chunk(name, samples, t_ns, turn * CHUNK_MS * (NS // 1000))
                done[name] = stop


def stacked(windows: list[Window], name: str) -> Samples:
    """One modality of many windows, (window, time, channel)."""
    return np.stack([window.samples[name] for window in windows])
