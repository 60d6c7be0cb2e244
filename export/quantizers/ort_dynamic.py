"""ONNX Runtime, dynamic: weights int8, activations scaled on the fly."""

from myoedge.export.bare import bare_onnx
from myoedge.export.quantizers.converted import checked_opset, forget_constant_shapes, workplace
from myoedge.export.quantizers.material import Material, Quantized

SAYS = "products with constants: 7-bit weights an output channel, activations scaled on the fly"


def ort_dynamic(material: Material) -> Quantized:
    """Every product with a constant; no calibration, so no loud signal can leave a calibrated range."""
    return Quantized("ort-dynamic", "onnx", quantize_onnx(material.onnx), SAYS)


def fast_ort_dynamic(material: Material) -> Quantized:
    """The same of the graph written for speed."""
    return Quantized("fast-ort-dynamic", "onnx", quantize_onnx(material.fast_onnx), f"{SAYS}; fast graph")


def quantize_onnx(model: bytes) -> bytes:
    """A float graph's products with constants to int8.

    Weights use 7 bits: without VNNI, x86 adds two u8 x s8 products in 16 bits, which 8-bit weights overflow;
    so processors with and without give the same numbers. Raises MismatchError for an opset too new.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = forget_constant_shapes(checked_opset(onnx.load_from_string(model)))
    with workplace() as folder:
        plain, done = folder / "plain.onnx", folder / "int8.onnx"
        onnx.save(graph, plain)
        quantize_dynamic(
            plain,
            done,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm", "Attention"],
            # Operators of Microsoft's domain (a graph written for speed) have no shapes to infer a type from.
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        return bare_onnx(done.read_bytes())
