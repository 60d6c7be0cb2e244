"""LiteRT (ai-edge-litert): the usual engine of a board."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Interpreted:
    """A .tflite network in any interpreter of that family; inputs and outputs are numbered in the file."""

    def __init__(self, name: str, interpreter: Any, inputs: Sequence[str]) -> None:
        self.name = name
        self._interpreter = interpreter
        interpreter.allocate_tensors()
        signature = next(iter(interpreter.get_signature_list().items()))
        runner = interpreter.get_signature_runner(signature[0])
        ins, outs = runner.get_input_details(), runner.get_output_details()
        self._inputs = [
            (name, int(ins[key]["index"])) for name, key in zip(inputs, _numbered(ins), strict=True)
        ]
        self._outputs = [int(outs[key]["index"]) for key in _numbered(outs)]

    def __call__(
        self, inputs: Mapping[str, NDArray[np.float32]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run once; scores (label,) and embedding (feature,)."""
        for name, index in self._inputs:
            self._interpreter.set_tensor(index, inputs[name])
        self._interpreter.invoke()
        scores, embedding = (self._interpreter.get_tensor(i)[0] for i in self._outputs)
        return scores, embedding


def _numbered(details: Mapping[str, Any]) -> list[str]:
    """args_0, args_1, ... output_0, output_1 in the order of their number, not of their text."""
    return sorted(details, key=lambda key: int(key.rsplit("_", 1)[1]))


class LiteRTEngine(Interpreted):
    """Raises ImportError where ai-edge-litert is not installed."""

    called = "litert"

    def __init__(self, model: bytes, inputs: Sequence[str]) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with _hushed():
            super().__init__(self.called, Interpreter(model_content=model, num_threads=1), inputs)


class LiteRTFloatEngine(LiteRTEngine):
    """The same for a bundle's float file."""

    called = "litert-fp32"


@contextmanager
def _hushed() -> Iterator[None]:
    """The library's C++ greets on standard error at every load, and no switch of its own stops it."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
