"""Writes a BERT sentence encoder as an ONNX graph of few nodes, and makes it int8.

Written by hand and not exported: attention is one node, which ONNX Runtime runs in int8, and the output is
the unit vector of the mean over all pieces (Reimers and Gurevych 2019, arXiv 1908.10084).
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.export.bare import bare_onnx

OPSET = 20
_CONTRIB = "com.microsoft"
_LAYER = "encoder.layer.{}."

Weights = Mapping[str, NDArray[Any]]


class _Draft:
    """Nodes and constants as they come, each named once."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], output, domain=domain, **attributes))
        return output


def sentence_graph(weights: Weights, heads: int, epsilon: float) -> bytes:
    """The float encoder: `pieces` (1, n) int64 to `vector` (1, width), unit length."""
    from onnx import TensorProto, helper

    draft = _Draft()
    x = _embedded(draft, weights, epsilon)
    for number in range(_layers(weights)):
        x = _layer(draft, weights, number, x, heads, epsilon)
    axes = draft.constant("over_pieces", np.array([1], np.int64))
    mean = draft.node("ReduceMean", [x, axes], "mean", keepdims=0)
    draft.node("LpNormalization", [mean], "vector", axis=-1, p=2)
    width = weights["embeddings.word_embeddings.weight"].shape[1]
    graph = helper.make_graph(
        draft.nodes,
        "sentence",
        [helper.make_tensor_value_info("pieces", TensorProto.INT64, [1, "n"])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, width])],
        draft.constants,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(_CONTRIB, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()  # type: ignore[no-any-return]


def _layers(weights: Weights) -> int:
    return 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))


def _embedded(draft: _Draft, weights: Weights, epsilon: float) -> str:
    table = draft.constant("words", weights["embeddings.word_embeddings.weight"])
    first_kind = weights["embeddings.token_type_embeddings.weight"][0]
    places = draft.constant("places", weights["embeddings.position_embeddings.weight"] + first_kind)
    zero, one = (draft.constant(name, np.array([at], np.int64)) for name, at in (("zero", 0), ("one", 1)))
    shape = draft.node("Shape", ["pieces"], "shape")
    count = draft.node("Slice", [shape, one, draft.constant("two", np.array([2], np.int64))], "count")
    here = draft.node("Slice", [places, zero, count], "here")
    looked_up = draft.node("Gather", [table, "pieces"], "looked_up")
    summed = draft.node("Add", [looked_up, here], "embedded")
    return _normed(draft, weights, "embeddings.LayerNorm", summed, epsilon)


def _layer(draft: _Draft, weights: Weights, number: int, x: str, heads: int, epsilon: float) -> str:
    at = _LAYER.format(number)
    of = f"{at}attention.self."
    parts = [f"{of}{part}" for part in ("query", "key", "value")]
    joined = draft.constant(
        f"{of}weight", np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1)
    )
    bias = draft.constant(f"{of}bias", np.concatenate([weights[f"{part}.bias"] for part in parts]))
    looked = draft.node("Attention", [x, joined, bias], f"{of}out", _CONTRIB, num_heads=heads)
    out = _linear(draft, weights, f"{at}attention.output.dense", looked)
    x = draft.node("Add", [x, out], f"{at}seen")
    x = _normed(draft, weights, f"{at}attention.output.LayerNorm", x, epsilon)
    wide = _linear(draft, weights, f"{at}intermediate.dense", x)
    out = _linear(draft, weights, f"{at}output.dense", draft.node("Gelu", [wide], f"{at}gelu"))
    return _normed(draft, weights, f"{at}output.LayerNorm", draft.node("Add", [x, out], f"{at}done"), epsilon)


def _linear(draft: _Draft, weights: Weights, name: str, x: str) -> str:
    matrix = draft.constant(f"{name}.weight", weights[f"{name}.weight"].T)
    product = draft.node("MatMul", [x, matrix], f"{name}.product")
    return draft.node("Add", [product, draft.constant(f"{name}.bias", weights[f"{name}.bias"])], name)


def _normed(draft: _Draft, weights: Weights, name: str, x: str, epsilon: float) -> str:
    scale, bias = (draft.constant(f"{name}.{part}", weights[f"{name}.{part}"]) for part in ("weight", "bias"))
    return draft.node("LayerNormalization", [x, scale, bias], name, axis=-1, epsilon=epsilon)


def quantized(model: bytes) -> bytes:
    """Int8 weights of products, attention and the table of words; activations scaled on the fly."""
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        plain, done = Path(folder) / "plain.onnx", Path(folder) / "int8.onnx"
        plain.write_bytes(model)
        quantize_dynamic(
            plain,
            done,
            per_channel=True,
            reduce_range=True,  # as the bundles' networks: no saturation without VNNI
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Attention", "Gather"],
            # the contrib node's output has no shape that onnx knows
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
        )
        return bare_onnx(done.read_bytes())
