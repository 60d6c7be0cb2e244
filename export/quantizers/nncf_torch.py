"""NNCF's post-training quantisation of the torch network, and its way to a file that ONNX Runtime loads."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from myoedge.export.bare import bare_onnx
from myoedge.export.quantizers.converted import to_onnx, workplace
from myoedge.export.quantizers.folded import fold_weights
from myoedge.export.quantizers.material import Material, Quantized
from myoedge.export.quantizers.nncf_onnx import NEEDS, SAYS, hushed_nncf

if TYPE_CHECKING:
    from torch import nn

WINDOWS = 64  # NNCF's torch hooks are slow, some 0.1 s a window and pass; ranges settle long before (ours)


def nncf_torch(material: Material) -> Quantized:
    """PTQ in torch."""
    model = onnx_of(fake_quantized(material, smooth=True), material)
    return Quantized("nncf-torch", "onnx", model, SAYS.format(way="PTQ, torch"), NEEDS)


def fake_quantized(material: Material, smooth: bool) -> "nn.Module":
    """The network with NNCF's fake quantisers; without `smooth` its weights keep their scale and names."""
    import nncf
    import torch
    from nncf.quantization.advanced_parameters import (
        AdvancedQuantizationParameters,
        AdvancedSmoothQuantParameters,
    )

    interpret()
    torch.set_num_threads(1)  # with two on a busy machine a pass took minutes instead of seconds
    rows = [tuple(map(torch.from_numpy, one.values())) for one in material.windows()[:WINDOWS]]
    off = AdvancedSmoothQuantParameters(matmul=-1, convolution=-1)
    with workplace(), hushed_nncf():
        made: nn.Module = nncf.quantize(
            copy.deepcopy(material.model),
            nncf.Dataset(rows, lambda row: row),
            subset_size=len(rows),
            model_type=nncf.ModelType.TRANSFORMER,
            advanced_parameters=None if smooth else AdvancedQuantizationParameters(smooth_quant_alphas=off),
        )
    return made


def interpret() -> None:
    """Let NNCF fake-quantise in torch instead of in its C++ extension.

    That one is compiled at first use: minutes, with g++ and ninja, a time-out after 60 s
    (NNCF_EXTENSION_LOAD_TIMEOUT), and a stale lock after a kill at which every later start waits for ever.
    NNCF falls back to this when no compiler is there; networks of our size need nothing faster.
    """
    import torch
    from nncf.torch.quantization.extensions import QuantizedFunctionsCPULoader
    from nncf.torch.quantization.reference import ReferenceQuantizedFunctions

    torch.compiler.set_stance("force_eager")  # else each of its functions is compiled for every shape met
    QuantizedFunctionsCPULoader.load = classmethod(lambda _: ReferenceQuantizedFunctions)


def onnx_of(quantized: "nn.Module", material: Material) -> bytes:
    """A fake-quantised network as ONNX with int8 weights."""
    import nncf
    import torch

    example = tuple(torch.from_numpy(x[:1]) for x in material.calibration.values())
    with workplace(), hushed_nncf():
        plain = nncf.strip(
            copy.deepcopy(quantized).eval(), strip_format=nncf.StripFormat.NATIVE, example_input=example
        )
    with _exportable():
        return bare_onnx(fold_weights(to_onnx(plain, material.calibration)))


@contextmanager
def _exportable() -> Iterator[None]:
    """torch's FakeQuantize asks tensors whether it is switched on, which its exporter cannot follow.

    The older exporter, by tracing, meets more multiplications (of shapes) than NNCF counted, and quantises
    those.
    """
    import torch
    from torch.ao.quantization.fake_quantize import FakeQuantize

    def forward(self: Any, x: "torch.Tensor") -> "torch.Tensor":
        low, high = self.quant_min, self.quant_max
        if self.is_per_channel:
            return torch.fake_quantize_per_channel_affine(
                x, self.scale, self.zero_point, self.ch_axis, low, high
            )
        return torch.fake_quantize_per_tensor_affine(x, self.scale, self.zero_point, low, high)

    kept = FakeQuantize.forward
    setattr(FakeQuantize, "forward", forward)  # noqa: B010 - a method may not be assigned by its name
    try:
        yield
    finally:
        setattr(FakeQuantize, "forward", kept)  # noqa: B010
