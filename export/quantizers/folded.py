"""Weights of a fake-quantised ONNX graph become the int8 numbers that they stand for."""

from typing import Any

import numpy as np


def fold_weights(model: bytes) -> bytes:
    """Carry out every QuantizeLinear of a constant; its float weights, four times as large, are dropped."""
    import onnx
    from onnx import numpy_helper

    whole = onnx.load_from_string(model)
    graph = whole.graph
    constants = {one.name: one for one in graph.initializer}
    for node in list(graph.node):
        if node.op_type == "QuantizeLinear" and all(name in constants for name in node.input):
            arrays = [numpy_helper.to_array(constants[name]) for name in node.input]
            axis = next((one.i for one in node.attribute if one.name == "axis"), 1)
            graph.initializer.append(numpy_helper.from_array(_quantized(arrays, axis), node.output[0]))
            graph.node.remove(node)
    used = {name for node in graph.node for name in node.input} | {one.name for one in graph.output}
    kept = [one for one in graph.initializer if one.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    data: bytes = whole.SerializeToString()
    return data


def _quantized(arrays: list[Any], axis: int) -> Any:
    """Weights, scale and zero point to int8, as ONNX rounds: halves to the even number."""
    weights, scale, zero = arrays
    if scale.ndim:
        shape = [-1 if place == axis else 1 for place in range(weights.ndim)]
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    limits = np.iinfo(zero.dtype)
    return np.clip(np.rint(weights / scale) + zero, limits.min, limits.max).astype(zero.dtype)
