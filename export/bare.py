"""Takes out of a converted network what no engine needs: the converters' own notes.

They name every operation's line of source, with its path where it was converted, and double the file.
"""

from typing import Any

import numpy as np


def bare_onnx(model: bytes) -> bytes:
    """The same graph without stack traces, doc strings, names of operations and noted shapes."""
    import onnx

    whole = onnx.load_from_string(model)
    graph = whole.graph
    for part in (whole, graph, *graph.node, *graph.initializer, *graph.input, *graph.output):
        del part.metadata_props[:]
        part.doc_string = ""
    for operation in graph.node:
        operation.name = ""
    del graph.value_info[:]
    data: bytes = whole.SerializeToString()
    return data


def bare_tflite(model: bytes) -> bytes:
    """The same graph without the names of tensors; those of its signature, inputs and outputs stay.

    The quantiser puts larger networks' constants behind the graph; they come back into it.
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    whole: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model))
    for buffer in whole.buffers:
        if buffer.offset > 1:  # by the schema 0 and 1 say that there is nothing behind
            buffer.data = np.frombuffer(model, np.uint8, buffer.size, buffer.offset)
            buffer.offset = buffer.size = 0
    for graph in whole.subgraphs:
        named = {*graph.inputs, *graph.outputs}
        for place, tensor in enumerate(graph.tensors):
            if place not in named:
                tensor.name = None
    builder = flatbuffers.Builder(len(model))
    builder.Finish(whole.Pack(builder), b"TFL3")
    return bytes(builder.Output())
