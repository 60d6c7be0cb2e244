"""A trained network to int8, for ONNX Runtime and for LiteRT; every trap is named where it is stepped over.

Weights are int8 an output channel, activations int8 where they meet constant weights. Attention products,
softmax and LayerNorm stay in float: in int8 they are slower, not smaller.
"""

import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import nn

# From opset 21 on QuantizeLinear carries output_dtype, which ONNX Runtime's x64 rewrite forgets to change
# (microsoft/onnxruntime#25526): the session then refuses to load.
OPSET = 20
OUTPUTS = ("scores", "embedding")

Inputs = Mapping[str, NDArray[np.float32]]  # by name, first axis the example


def to_onnx(model: "nn.Module", example: Inputs) -> bytes:
    """The float network with named inputs and outputs and a batch of one."""
    import torch

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter deprecates itself at every call
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


def quantize_onnx(model: bytes, calibration: Inputs) -> bytes:
    """Static int8 with quantize/dequantize pairs round every product with a constant matrix.

    Activations unsigned, weights signed (signed activations are 12 times slower on x86); weights use 7 bits,
    so that processors without VNNI do not saturate and give the same numbers as those with it.
    """
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder:
        plain, clean, done = (Path(folder) / name for name in ("plain.onnx", "clean.onnx", "int8.onnx"))
        plain.write_bytes(model)
        quant_pre_process(plain, clean, skip_symbolic_shape=True)
        quantize_static(
            clean,
            done,
            _Reader(calibration),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            op_types_to_quantize=["MatMul", "Gemm"],
            extra_options={"MatMulConstBOnly": True},
        )
        return done.read_bytes()


class _Reader:
    """Hands calibration examples to ONNX Runtime one by one."""

    def __init__(self, inputs: Inputs) -> None:
        self._examples = one_by_one(inputs)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        return next(self._examples, None)


def one_by_one(inputs: Inputs) -> Iterator[dict[str, NDArray[np.float32]]]:
    """Examples with a batch of one."""
    for i in range(len(next(iter(inputs.values())))):
        yield {name: np.ascontiguousarray(x[i : i + 1]) for name, x in inputs.items()}


def to_tflite(model: "nn.Module", example: Inputs) -> bytes:
    """The float network; inputs and outputs keep their order as args_0.. and output_0.."""
    import litert_torch
    import torch

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "model.tflite"
        tensors = tuple(torch.from_numpy(np.asarray(x[:1])) for x in example.values())
        litert_torch.convert(model.eval(), tensors).export(str(path))
        return path.read_bytes()


def quantize_tflite(model: bytes, calibration: Inputs | None) -> bytes:
    """Int8 of fully connected layers and nothing else: static with `calibration`, dynamic without.

    All of it in int8 would be slower than float. Dynamic files run in tflite-runtime 2.14 without an error
    and with wrong results, which the golden vectors find.
    """
    from ai_edge_quantizer import qtyping, quantizer, recipe

    with tempfile.TemporaryDirectory() as folder:
        plain, done = Path(folder) / "plain.tflite", Path(folder) / "int8.tflite"
        plain.write_bytes(model)
        if calibration is None:
            job = quantizer.Quantizer(str(plain), recipe.dynamic_wi8_afp32())
            job.quantize(None).export_model(str(done))
            return done.read_bytes()
        job = quantizer.Quantizer(str(plain))
        job.add_static_config(
            regex=".*",
            operation_name=qtyping.TFLOperationName.FULLY_CONNECTED,
            activation_num_bits=8,
            weight_num_bits=8,
        )
        key, names = _signature(model)
        rows = [dict(zip(names, example.values(), strict=True)) for example in one_by_one(calibration)]
        job.quantize(job.calibrate({key: rows}, num_threads=1)).export_model(str(done))
        return done.read_bytes()


def _signature(model: bytes) -> tuple[str, Sequence[str]]:
    """The signature's name and its inputs in the order of the network's."""
    from ai_edge_litert.interpreter import Interpreter

    key, sides = next(iter(Interpreter(model_content=model).get_signature_list().items()))
    return key, sorted(sides["inputs"], key=lambda name: int(name.rsplit("_", 1)[1]))
