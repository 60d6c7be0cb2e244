"""The golden vectors' inputs: windows of simulated wearers, never of a recording."""

import io
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.edge.stream import StreamSpec
from myoedge.export.batch_features import closed_form
from myoedge.export.recipe import RecipeFront
from myoedge.export.windows import stacked, windows_of

COUNT = 16

Array = NDArray[np.float32]
Signals = Mapping[str, NDArray[np.generic]]  # raw counts by modality, (time, channel)


def network_inputs(front: RecipeFront, samples: Mapping[str, Array]) -> dict[str, Array]:
    """What the network takes, in its order: windows by modality, and the clock's closed-form features."""
    features = {"features": closed_form(samples[front.clock], front.features)}
    return {name: {**samples, **features}[name] for name in front.inputs}


def golden_inputs(
    front: RecipeFront, streams: Mapping[str, StreamSpec], wearers: Sequence[Signals], count: int = COUNT
) -> dict[str, Array]:
    """`count` windows spread over all signals; some without the second modality, one with a dead channel.

    Raises FormatError when the signals are too short for that many windows.
    """
    windows = [w for signals in wearers for w in windows_of(front, streams, _float(signals))]
    if len(windows) < count:
        raise FormatError(f"{len(windows)} simulated windows, wanted {count}; simulate longer")
    chosen = [windows[i] for i in np.linspace(0, len(windows) - 1, count).round().astype(int)]
    samples = {name: stacked(chosen, name) for name in front.modalities}
    for name in front.modalities:
        if name != front.clock:
            samples[name][::4] = 0
    samples[front.clock][-1, :, 0] = 0
    return network_inputs(front, samples)


def _float(signals: Signals) -> dict[str, Array]:
    return {name: np.asarray(x, np.float32) for name, x in signals.items()}


def pack(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """An .npz that any numpy reads without pickle; the same arrays always give the same bytes."""
    file = io.BytesIO()
    np.savez_compressed(file, **dict(arrays))  # type: ignore[arg-type]
    return file.getvalue()
