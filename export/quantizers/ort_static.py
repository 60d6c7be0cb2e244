"""ONNX Runtime, static: activations scaled by what training people's windows reach, as Q/DQ pairs or as
integer operators."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.export.bare import bare_onnx
from myoedge.export.quantizers.converted import checked_opset, forget_constant_shapes, workplace
from myoedge.export.quantizers.material import Material, Quantized

SAYS = "products with constants: 7-bit weights an output channel, activations scaled as in training ({form})"


def ort_static(material: Material) -> Quantized:
    """Quantise/dequantise pairs, which the session fuses."""
    form = SAYS.format(form="Q/DQ pairs")
    return Quantized("ort-static", "onnx", _static(material, "QDQ"), form, ("MatMulAddFusion off",))


def ort_qoperator(material: Material) -> Quantized:
    """Integer operators in the file itself: nothing is left to a session's fusions."""
    form = SAYS.format(form="integer operators")
    return Quantized("ort-qoperator", "onnx", _static(material, "QOperator"), form)


class Windows:
    """The calibration as ONNX Runtime wants to read it: one window a call, then None."""

    def __init__(self, material: Material) -> None:
        self._left: Iterator[dict[str, NDArray[np.float32]]] = iter(material.windows())

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        return next(self._left, None)


def _static(material: Material, form: str) -> bytes:
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    CalibrationDataReader.register(Windows)
    graph: Any = forget_constant_shapes(checked_opset(onnx.load_from_string(material.onnx)))
    with workplace() as folder:
        plain, done = folder / "plain.onnx", folder / "int8.onnx"
        onnx.save(graph, plain)
        quantize_static(
            plain,
            done,
            Windows(material),
            quant_format=getattr(QuantFormat, form),
            per_channel=True,
            reduce_range=True,  # 7-bit weights: see ort_dynamic
            activation_type=QuantType.QUInt8,  # s8 x s8 products are 12 times slower on x86; u8 x s8 on both
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
            extra_options={"MatMulConstBOnly": True},  # products of attention stay in float: faster so
        )
        return bare_onnx(done.read_bytes())
