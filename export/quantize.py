"""A trained network to int8, for ONNX Runtime and for LiteRT; every trap is named where it is stepped over.

Weights are int8 an output channel, activations int8 where they meet constant weights. Attention products,
softmax and LayerNorm stay in float: in int8 they are slower, not smaller.
"""

import io
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from myoedge.export.bare import bare_onnx, bare_tflite

if TYPE_CHECKING:
    from torch import nn

# From opset 21 on QuantizeLinear carries output_dtype, which ONNX Runtime's x64 rewrite forgets to change
# (microsoft/onnxruntime#25526): the session then refuses to load.
OPSET = 20
OUTPUTS = ("scores", "embedding")

Inputs = Mapping[str, NDArray[np.float32]]  # by name, first axis the example


@contextmanager
def _hushed() -> Iterator[None]:
    """The converters print progress, also to stdout, which belongs to the result; they warn of themselves."""
    with (
        warnings.catch_warnings(),
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield


def to_onnx(model: "nn.Module", example: Inputs) -> bytes:
    """The float network with named inputs and outputs and a batch of one."""
    import torch

    with tempfile.TemporaryDirectory() as folder, _hushed():
        path = Path(folder) / "model.onnx"
        program: Any = torch.onnx.export(
            model.eval(),
            tuple(torch.from_numpy(np.asarray(x[:1])) for x in example.values()),
            dynamo=True,
            opset_version=OPSET,
            input_names=list(example),
            output_names=list(OUTPUTS),
            verbose=False,
        )
        program.save(path, external_data=False)
        return path.read_bytes()


def quantize_onnx(model: bytes) -> bytes:
    """Int8 of every product with a constant matrix, activations scaled on the fly.

    For a network of this size that is as fast as float and 1.4 times faster than static quantize/dequantize
    pairs, at half their error, and no loud signal can leave a calibrated range. Weights use 7 bits, so that
    processors without VNNI do not saturate and give the same numbers as those with it.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = onnx.load_from_string(model)
    _forget_constant_shapes(graph)
    with tempfile.TemporaryDirectory() as folder, _hushed():
        plain, done = Path(folder) / "plain.onnx", Path(folder) / "int8.onnx"
        onnx.save(graph, plain)
        quantize_dynamic(
            plain,
            done,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
            extra_options={"MatMulConstBOnly": True},
        )
        return bare_onnx(done.read_bytes())


def _forget_constant_shapes(model: Any) -> None:
    """The exporter notes the shapes of constants; the quantiser transposes some of them and then stumbles."""
    constants = {constant.name for constant in model.graph.initializer}
    kept = [value for value in model.graph.value_info if value.name not in constants]
    del model.graph.value_info[:]
    model.graph.value_info.extend(kept)


def to_tflite(model: "nn.Module", example: Inputs) -> bytes:
    """The float network; inputs and outputs keep their order as args_0.. and output_0.."""
    import litert_torch
    import torch

    with tempfile.TemporaryDirectory() as folder, _hushed():
        path = Path(folder) / "model.tflite"
        tensors = tuple(torch.from_numpy(np.asarray(x[:1])) for x in example.values())
        litert_torch.convert(model.eval(), tensors).export(str(path))
        return path.read_bytes()


def quantize_tflite(model: bytes) -> bytes:
    """Int8 weights of fully connected layers, activations scaled on the fly; all else stays float.

    Static scales were tried: 20 times the error here, no faster, and all of it in int8 is slower than float.
    tflite-runtime 2.14 runs such files without an error and with wrong results: the golden vectors find that.
    """
    from ai_edge_quantizer import quantizer, recipe

    with tempfile.TemporaryDirectory() as folder, _hushed():
        plain, done = Path(folder) / "plain.tflite", Path(folder) / "int8.tflite"
        plain.write_bytes(model)
        job = quantizer.Quantizer(str(plain), recipe.dynamic_wi8_afp32())
        job.quantize(None).export_model(str(done))
        return bare_tflite(done.read_bytes())
