"""The fast graph of a network as a float file of one engine; what has no such form, as converted."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import UsageError
from myoedge.export.graph.lean import lean
from myoedge.export.graph.tflite import write_tflite

if TYPE_CHECKING:
    from torch import nn

Inputs = Mapping[str, NDArray[np.float32]]  # by name, in the network's order; first axis the example


def fast_onnx(model: "nn.Module", example: Inputs) -> bytes:
    """The float network for ONNX Runtime, its attention one node each (com.microsoft Attention)."""
    from myoedge.export.quantizers.converted import to_onnx

    return to_onnx(lean(model, "onnx"), example)


def fast_tflite(model: "nn.Module", example: Inputs) -> bytes:
    """The float network for LiteRT, written here; by its own converter where it has an operation more."""
    from myoedge.export.quantizers.converted import to_tflite

    try:
        return write_tflite(lean(model, "litert"), example)
    except UsageError:
        return to_tflite(model, example)
