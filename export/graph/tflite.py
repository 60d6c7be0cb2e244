"""A torch module as a .tflite graph, one operation for one wherever LiteRT has it.

litert-torch keeps a batch of one through every product and turns a LayerNorm into twelve operations; a small
network then spends more of its time between products than in them.
"""

import operator
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import UsageError
from myoedge.export.graph.tflite_file import Ref, TFLiteFile
from myoedge.export.graph.tflite_operations import OPERATIONS

if TYPE_CHECKING:
    from torch import nn

Value = Any  # a Ref, a list of them, a torch tensor that is constant, or what is no tensor at all
Inputs = Mapping[str, NDArray[np.float32]]


def write_tflite(model: "nn.Module", example: Inputs) -> bytes:
    """The float graph for a batch of one; inputs and outputs keep their order as args_0.. and output_0..

    Raises UsageError for what is not in the table of tflite_operations.py; litert-torch takes that too.
    """
    import torch

    tensors = tuple(torch.from_numpy(np.asarray(x[:1])) for x in example.values())
    with torch.no_grad():
        return _Walk(torch.export.export(model.eval(), tensors)).file()


class _Walk:
    """Over the nodes of an exported program, first to last."""

    def __init__(self, program: Any) -> None:
        self._program = program
        self._out = TFLiteFile()
        self._values: dict[Any, Value] = {}

    def file(self) -> bytes:
        """All of it as a file."""
        constants = self._constants()
        inputs: list[Ref] = []
        outputs: list[Ref] = []
        for node in self._program.graph.nodes:
            if node.op == "placeholder" and node.name in constants:
                self._values[node] = constants[node.name]
            elif node.op == "placeholder":
                inputs.append(self._out.input(tuple(node.meta["val"].shape)))
                self._values[node] = inputs[-1]
            elif node.op == "call_function":
                self._values[node] = self._call(node)
            else:
                outputs = [self._values[one] for one in node.args[0]]
        return self._out.close(inputs, outputs)

    def _constants(self) -> dict[str, Any]:
        signature = self._program.graph_signature
        held = {**self._program.state_dict, **self._program.constants}
        names = {**signature.inputs_to_parameters, **signature.inputs_to_buffers}
        names |= signature.inputs_to_lifted_tensor_constants
        return {name: held[target].detach() for name, target in names.items()}

    def _call(self, node: Any) -> Value:
        args = [self._value(one) for one in node.args]
        named = {key: self._value(one) for key, one in node.kwargs.items()}
        if node.target is operator.getitem:
            return args[0][args[1]]
        if not any(_computed(self._values[one]) for one in node.all_input_nodes):
            return node.target(*args, **named)  # of constants alone, so one itself
        name = str(node.target).removeprefix("aten.")
        if name not in OPERATIONS:
            raise UsageError(f"no {name} in the fast graph; wanted one of {', '.join(OPERATIONS)}")
        return OPERATIONS[name](self._out, node, *args, **named)

    def _value(self, arg: Any) -> Value:
        import torch.fx

        if isinstance(arg, list | tuple):
            return [self._value(one) for one in arg]
        return self._values[arg] if isinstance(arg, torch.fx.Node) else arg


def _computed(value: Value) -> bool:
    return isinstance(value, Ref) or (isinstance(value, list) and any(_computed(one) for one in value))
