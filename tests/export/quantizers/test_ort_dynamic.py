"""The dynamic file for ONNX Runtime: every matrix is int8, and takes seven bits."""

import numpy as np

from myoedge.export.quantizers.material import Material
from myoedge.export.quantizers.ort_dynamic import quantize_onnx


def test_constant_matrices_are_int8_of_seven_bits(material: Material) -> None:
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(quantize_onnx(material.onnx))
    big = [t for t in model.graph.initializer if np.prod(t.dims) >= 16 * 16]
    assert big
    assert {t.data_type for t in big} == {onnx.TensorProto.INT8}
    assert max(int(np.abs(numpy_helper.to_array(t)).max()) for t in big) <= 64
