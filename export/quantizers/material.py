"""What every quantiser starts from and what it gives; what cannot be quantised is refused here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError, MismatchError
from myoedge.export.quantizers.converted import to_onnx, to_tflite

if TYPE_CHECKING:
    from torch import nn

FEWEST = 8  # windows to calibrate with (ours): fewer say nothing of a range

Inputs = Mapping[str, NDArray[np.float32]]  # by name, in the network's order; first axis the window


@dataclass(frozen=True, slots=True)
class Quantized:
    """An int8 network for one engine, and how it came about."""

    method: str
    engine: str  # of edge/engines
    model: bytes = field(repr=False)
    says: str  # what is int8 and how it is scaled, for the bundle
    needs: tuple[str, ...] = ()  # how it must be loaded, where the engine has a choice


class Material:
    """A float network, judging, with windows of people it was trained on; each format is made once.

    `inputs`: each input's shape without the batch, in the network's order. Raises MismatchError for windows
    of another shape, FormatError for too few or for values that are no numbers.
    """

    def __init__(
        self, model: "nn.Module", inputs: Mapping[str, tuple[int, ...]], calibration: Inputs
    ) -> None:
        check_calibration(inputs, calibration)
        self.model = model.eval()
        self.inputs = tuple(inputs)
        self.calibration = {name: np.ascontiguousarray(calibration[name], np.float32) for name in inputs}

    @cached_property
    def onnx(self) -> bytes:
        """The float network for ONNX Runtime."""
        return to_onnx(self.model, self.calibration)

    @cached_property
    def tflite(self) -> bytes:
        """The float network for LiteRT; the conversion takes some ten seconds."""
        return to_tflite(self.model, self.calibration)

    @cached_property
    def fast_onnx(self) -> bytes:
        """The same network as a graph written for speed (export/graph)."""
        from myoedge.export.graph.formats import fast_onnx

        return fast_onnx(self.model, self.calibration)

    @cached_property
    def fast_tflite(self) -> bytes:
        """Likewise for LiteRT; it needs no converter."""
        from myoedge.export.graph.formats import fast_tflite

        return fast_tflite(self.model, self.calibration)

    def windows(self) -> list[dict[str, NDArray[np.float32]]]:
        """The calibration one window at a time, as a device runs."""
        count = len(next(iter(self.calibration.values())))
        return [{name: x[i : i + 1] for name, x in self.calibration.items()} for i in range(count)]


def check_calibration(inputs: Mapping[str, tuple[int, ...]], calibration: Inputs) -> None:
    """Raises MismatchError or FormatError for windows that no range can be learned from."""
    if missing := [name for name in inputs if name not in calibration]:
        raise MismatchError(
            f"the calibration windows lack {', '.join(missing)}; the network takes {', '.join(inputs)}"
        )
    for name, shape in inputs.items():
        array = calibration[name]
        if array.shape[1:] != shape:
            raise MismatchError(
                f"calibration windows of {name} have shape {array.shape[1:]}, the network takes {shape}: "
                "other channels or another window; calibrate with the data set it was trained on"
            )
        if not np.isfinite(array).all():
            bad = int((~np.isfinite(array.reshape(len(array), -1))).any(axis=1).sum())
            raise FormatError(
                f"{bad} of {len(array)} calibration windows of {name} hold NaN or infinity; one would set "
                "the range of a whole layer. Look at the recordings with `myoedge data show`"
            )
    counts = {name: len(calibration[name]) for name in inputs}
    if len(set(counts.values())) != 1 or min(counts.values()) < FEWEST:
        raise FormatError(f"calibration windows by input {counts}; wanted as many of each, {FEWEST} or more")
