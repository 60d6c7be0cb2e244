"""What a network takes on disk and in time, by format, beside others in one interleaved run."""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.engines import Engine
from myoedge.export.graph.formats import fast_onnx, fast_tflite
from myoedge.export.parity import open_engine
from myoedge.export.quantizers.litert_dynamic import quantize_tflite
from myoedge.export.quantizers.ort_dynamic import quantize_onnx
from myoedge.export.speed import microseconds

if TYPE_CHECKING:
    from torch import nn

ENGINES = ("onnx", "litert")


@dataclass(frozen=True, slots=True)
class Spent:
    """Of one network in one format."""

    network: str
    format: str  # engine, and float or int8
    kb: float
    gzip_kb: float
    us: float  # CPU time of this thread for one window
    ratio: float  # of that to the first network's in the same format


def spend(
    networks: Mapping[str, "nn.Module"],
    inputs: Mapping[str, NDArray[np.float32]],
    engines: Sequence[str] = ENGINES,
) -> list[Spent]:
    """Every network in every format; the first network is what the others are compared with."""
    files = {name: _files(model, inputs, engines) for name, model in networks.items()}
    names = tuple(inputs)
    opened: dict[str, Engine] = {
        f"{name}|{kind}": open_engine(kind.split()[0], data, names)
        for name, own in files.items()
        for kind, data in own.items()
    }
    times = microseconds(opened, inputs)
    first = next(iter(networks))
    return [
        Spent(
            name,
            kind,
            round(len(data) / 1000, 1),
            round(len(gzip.compress(data, 9, mtime=0)) / 1000, 1),
            times[f"{name}|{kind}"],
            round(times[f"{name}|{kind}"] / times[f"{first}|{kind}"], 3),
        )
        for name, own in files.items()
        for kind, data in own.items()
    ]


def _files(
    model: "nn.Module", inputs: Mapping[str, NDArray[np.float32]], engines: Sequence[str]
) -> dict[str, bytes]:
    """The fast graph of each engine, in float and in int8."""
    found: dict[str, bytes] = {}
    if "onnx" in engines:
        plain = fast_onnx(model, inputs)
        found |= {"onnx float": plain, "onnx int8": quantize_onnx(plain)}
    if "litert" in engines:
        tflite = fast_tflite(model, inputs)
        found |= {"litert float": tflite, "litert int8": quantize_tflite(tflite)}
    return found
