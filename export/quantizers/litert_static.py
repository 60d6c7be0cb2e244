"""LiteRT, static: fully connected layers alone in int8, activations scaled by training people's windows.

LayerNorm, softmax and attention stay in float: in int8 they leave LiteRT's fast path, and the whole network
becomes slower than in float.
"""

import re
from typing import Any

import numpy as np

from myoedge.export.bare import bare_tflite
from myoedge.export.quantizers.converted import workplace
from myoedge.export.quantizers.material import Material, Quantized

SAYS = "fully connected layers: int8 weights an output channel, activations scaled as in training"


def litert_static(material: Material) -> Quantized:
    """Also what tflite-runtime 2.14 runs rightly."""
    return Quantized("litert-static", "litert", _static(material.tflite, material), SAYS)


def fast_litert_static(material: Material) -> Quantized:
    """The same of the graph written for speed."""
    model = _static(material.fast_tflite, material)
    return Quantized("fast-litert-static", "litert", model, f"{SAYS}; fast graph")


def _static(model: bytes, material: Material) -> bytes:
    from ai_edge_litert.interpreter import Interpreter
    from ai_edge_quantizer import qtyping, quantizer

    with workplace() as folder:
        plain, done = folder / "plain.tflite", folder / "int8.tflite"
        plain.write_bytes(model)
        job = quantizer.Quantizer(str(plain))
        for operation in (qtyping.TFLOperationName.FULLY_CONNECTED, qtyping.TFLOperationName.CONV_2D):
            job.add_static_config(
                regex=_but(_at_outputs(model)),
                operation_name=operation,
                activation_num_bits=8,
                weight_num_bits=8,
            )
        signature = next(iter(Interpreter(model_content=model).get_signature_list()))
        # The file numbers its inputs in the network's order.
        rows = [{f"args_{i}": x for i, x in enumerate(one.values())} for one in material.windows()]
        ranges = _widest([job.calibrate({signature: [row]}, num_threads=1) for row in rows])
        job.quantize(ranges).export_model(str(done))
        return bare_tflite(done.read_bytes())


def _widest(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Every tensor's least and largest value over all windows.

    Over several windows the quantiser's own calibration takes moving averages, which cut off what only some
    windows reach: six times the error here.
    """
    return {
        name: {
            **row,
            "min": np.min([one[name]["min"] for one in found], axis=0),
            "max": np.max([one[name]["max"] for one in found], axis=0),
        }
        for name, row in found[0].items()
    }


def _but(names: list[str]) -> str:
    """A pattern for all operations but those that make tensors of these names."""
    return "".join(["^", *(f"(?!{re.escape(name)};?$)" for name in names)])


def _at_outputs(model: bytes) -> list[str]:
    """The network's outputs (scores, embedding) and what is made from them.

    Where an output is read on, as the embedding is for the scores, the quantiser calls the reader int8 and
    feeds it float, and leaves the file's signature behind: no interpreter takes it. Those two layers run
    once a window, not once a token, and stay in float.
    """
    from ai_edge_litert import schema_py_generated as schema

    graph: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model)).subgraphs[0]
    made = {*graph.outputs}
    made |= {place for one in graph.operators if made & set(one.inputs) for place in one.outputs}
    return [graph.tensors[place].name.decode() for place in sorted(made)]
