"""A .tflite file written operation by operation (schema: tensorflow/lite/schema/schema.fbs)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32] | NDArray[np.int32]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ref:
    """A tensor of the file by its number; `flipped`: its last two axes are read the other way round."""

    number: int
    shape: Shape
    flipped: bool = False


class TFLiteFile:
    """One graph that grows by `input`, `constant` and `add`; `close` gives the file's bytes."""

    def __init__(self) -> None:
        self._tensors: list[Any] = []
        self._buffers: list[Any] = []
        self._operators: list[Any] = []
        self._codes: dict[int, int] = {}  # operation -> its place in the file's table
        self._constants: dict[tuple[str, Shape, bytes], Ref] = {}

    def input(self, shape: Shape) -> Ref:
        """A float32 tensor that whoever runs the graph fills."""
        return self._tensor(shape, np.dtype(np.float32), 0)

    def constant(self, value: Array) -> Ref:
        """A tensor of the file; the same values share one."""
        from ai_edge_litert import schema_py_generated as schema

        self._start()
        data = value.tobytes()
        key = value.dtype.name, value.shape, data
        if key not in self._constants:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data, np.uint8)
            self._buffers.append(buffer)
            self._constants[key] = self._tensor(value.shape, value.dtype, len(self._buffers) - 1)
        return self._constants[key]

    def add(self, name: str, inputs: Sequence[Ref], shape: Shape, options: str = "", **fields: Any) -> Ref:
        """Append an operation by its name in the schema; gives its output, of that shape.

        `fields` are those of the schema's table `options`.
        """
        from ai_edge_litert import schema_py_generated as schema

        code = getattr(schema.BuiltinOperator, name)
        made = self._tensor(shape, np.dtype(np.float32), 0)
        operation = schema.OperatorT()
        operation.opcodeIndex = self._codes.setdefault(code, len(self._codes))
        operation.inputs, operation.outputs = [one.number for one in inputs], [made.number]
        if options:
            operation.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            operation.builtinOptions = getattr(schema, options + "T")()
            for key, value in fields.items():
                setattr(operation.builtinOptions, key, value)
        self._operators.append(operation)
        return made

    def relu(self, tensor: Ref) -> bool:
        """Fold a ReLU into the operation that made `tensor`, where that is the last and can take one."""
        from ai_edge_litert import schema_py_generated as schema

        made = self._operators[-1] if self._operators else None
        options: Any = made.builtinOptions if made and made.outputs == [tensor.number] else None
        if not hasattr(options, "fusedActivationFunction"):
            return False
        options.fusedActivationFunction = schema.ActivationFunctionType.RELU
        return True

    def close(self, inputs: Sequence[Ref], outputs: Sequence[Ref]) -> bytes:
        """The file; inputs and outputs are named args_0.. and output_0.. in its only signature."""
        import flatbuffers
        from ai_edge_litert import schema_py_generated as schema

        self._start()
        ins, outs = [one.number for one in inputs], [one.number for one in outputs]
        graph = schema.SubGraphT()
        graph.tensors, graph.operators, graph.name = self._tensors, self._operators, b"main"
        graph.inputs, graph.outputs = ins, outs
        model = schema.ModelT()
        model.version, model.description = 3, b"myoedge"
        model.subgraphs, model.buffers = [graph], self._buffers
        model.operatorCodes = [_code(code) for code in self._codes]
        model.signatureDefs = [_signature(ins, outs)]
        builder = flatbuffers.Builder(1 << 16)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _start(self) -> None:
        """Buffer 0 is empty by the schema's rule."""
        from ai_edge_litert import schema_py_generated as schema

        if not self._buffers:
            self._buffers.append(schema.BufferT())

    def _tensor(self, shape: Shape, kind: "np.dtype[Any]", buffer: int) -> Ref:
        from ai_edge_litert import schema_py_generated as schema

        tensor = schema.TensorT()
        tensor.shape, tensor.buffer = np.asarray(shape, np.int32), buffer
        tensor.type = schema.TensorType.INT32 if kind == np.int32 else schema.TensorType.FLOAT32
        tensor.name = f"t{len(self._tensors)}".encode()
        self._tensors.append(tensor)
        return Ref(len(self._tensors) - 1, tuple(int(size) for size in shape))


def _code(number: int) -> Any:
    from ai_edge_litert import schema_py_generated as schema

    code = schema.OperatorCodeT()
    code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), 1
    return code


def _signature(inputs: Sequence[int], outputs: Sequence[int]) -> Any:
    from ai_edge_litert import schema_py_generated as schema

    def named(prefix: str, tensors: Sequence[int]) -> list[Any]:
        rows = []
        for place, tensor in enumerate(tensors):
            row = schema.TensorMapT()
            row.name, row.tensorIndex = f"{prefix}_{place}".encode(), tensor
            rows.append(row)
        return rows

    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = b"serving_default", 0
    signature.inputs, signature.outputs = named("args", inputs), named("output", outputs)
    return signature
