"""Weights that were fake-quantised in the graph are int8 in the file, and mean the same."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

from myoedge.export.quantizers.folded import fold_weights


def test_a_quantised_constant_becomes_int8_and_the_result_stays() -> None:
    from onnx.reference import ReferenceEvaluator

    rng = np.random.default_rng(0)
    weights = rng.standard_normal((4, 3)).astype(np.float32)
    constants = [
        numpy_helper.from_array(weights, "w"),
        numpy_helper.from_array(np.abs(weights).max(axis=0) / 127, "scale"),
        numpy_helper.from_array(np.zeros(3, np.int8), "zero"),
    ]
    nodes = [
        helper.make_node("QuantizeLinear", ["w", "scale", "zero"], ["q"], axis=1),
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["back"], axis=1),
        helper.make_node("MatMul", ["x", "back"], ["y"]),
    ]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "one",
        [info("x", onnx.TensorProto.FLOAT, [2, 4])],
        [info("y", onnx.TensorProto.FLOAT, [2, 3])],
        constants,
    )
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    folded = onnx.load_from_string(fold_weights(whole.SerializeToString()))
    assert [node.op_type for node in folded.graph.node] == ["DequantizeLinear", "MatMul"]
    assert {one.name: one.data_type for one in folded.graph.initializer}["q"] == onnx.TensorProto.INT8
    assert "w" not in {one.name for one in folded.graph.initializer}
    x = rng.standard_normal((2, 4)).astype(np.float32)
    before, after = (
        np.asarray(next(iter(ReferenceEvaluator(one).run(None, {"x": x})))) for one in (whole, folded)
    )
    np.testing.assert_allclose(after, before, atol=1e-6)
