"""LiteRT: a real .tflite, written here byte by byte, gives what its matrices say or does not run."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import load_engine
from myoedge.edge.errors import ParityError

Floats = NDArray[np.float32]
RNG = np.random.default_rng(0)
TO_SCORES = RNG.normal(size=(68, 2)).astype(np.float32)
TO_EMBEDDING = RNG.normal(size=(68, 4)).astype(np.float32)
Make = Callable[..., Bundle]


def network(signature: bool = True) -> bytes:
    """68 features to scores and embedding, two fully connected layers, as .tflite."""
    reason = "ai-edge-litert is not installed here"
    pytest.importorskip("ai_edge_litert.interpreter", reason=reason)
    flatbuffers = pytest.importorskip("flatbuffers", reason=reason)
    schema = pytest.importorskip("ai_edge_litert.schema_py_generated", reason=reason)
    model, graph, code = schema.ModelT(), schema.SubGraphT(), schema.OperatorCodeT()
    weights = [TO_SCORES.T.copy(), TO_EMBEDDING.T.copy()]
    model.version, model.subgraphs, model.operatorCodes = 3, [graph], [code]
    model.buffers = [schema.BufferT(), *(_buffer(schema, w.tobytes()) for w in weights)]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.FULLY_CONNECTED
    graph.name, graph.inputs, graph.outputs = "main", [0], [3, 4]
    shapes = [((1, 68), 0), (weights[0].shape, 1), (weights[1].shape, 2), ((1, 2), 0), ((1, 4), 0)]
    graph.tensors = [_tensor(schema, f"t{i}", shape, buffer) for i, (shape, buffer) in enumerate(shapes)]
    graph.operators = [_layer(schema, [0, weight, -1], out) for weight, out in ((1, 3), (2, 4))]
    model.signatureDefs = [_signature(schema)] if signature else []
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _buffer(schema: Any, data: bytes) -> Any:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(data, np.uint8)
    return buffer


def _tensor(schema: Any, name: str, shape: Sequence[int], buffer: int) -> Any:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer, tensor.type = (
        name,
        list(shape),
        buffer,
        schema.TensorType.FLOAT32,
    )
    return tensor


def _layer(schema: Any, inputs: list[int], output: int) -> Any:
    layer = schema.OperatorT()
    layer.inputs, layer.outputs = inputs, [output]
    layer.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
    layer.builtinOptions = schema.FullyConnectedOptionsT()
    return layer


def _signature(schema: Any) -> Any:
    def named(name: str, index: int) -> Any:
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = name, index
        return entry

    signature = schema.SignatureDefT()
    signature.signatureKey = "serving_default"
    signature.inputs, signature.outputs = [named("args_0", 0)], [named("output_0", 3), named("output_1", 4)]
    return signature


@pytest.fixture
def make(make_bundle: Make) -> Make:
    def bundle(model: bytes, **changes: Floats) -> Bundle:
        features = np.random.default_rng(1).normal(size=(3, 68)).astype(np.float32)
        right = {"features": features, "scores": features @ TO_SCORES, "embedding": features @ TO_EMBEDDING}
        file = io.BytesIO()
        arrays: dict[str, Any] = {**right, **changes}
        np.savez(file, **arrays)
        said: Mapping[str, Any] = {"embedding": 4, "inputs": ["features"], "engines": {"litert": "m.tflite"}}
        files = {"m.tflite": model, "golden.npz": file.getvalue()}
        return make_bundle(files, **said, tolerance={"litert": 1e-3})

    return bundle


def test_scores_and_embedding_come_out_in_their_order(make: Make) -> None:
    engine, refused = load_engine(make(network()))
    assert engine is not None and engine.name == "litert" and refused == []
    for seed in range(3):  # an answer is the caller's own: the next call does not change it
        x = np.random.default_rng(seed).normal(size=(1, 68)).astype(np.float32)
        first = engine({"features": x})
        engine({"features": -x})
        np.testing.assert_allclose(first[0], (x @ TO_SCORES)[0], rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(first[1], (x @ TO_EMBEDDING)[0], rtol=1e-4, atol=1e-4)


def test_golden_vectors_that_do_not_come_out_refuse_it(make: Make) -> None:
    with pytest.raises(ParityError, match="litert: differs from the golden vectors"):
        load_engine(make(network(), embedding=np.ones((3, 4), np.float32) * 40))


@pytest.mark.parametrize("damage", ["garbage", "torn", "no signature"])
def test_a_file_that_it_cannot_open_is_refused_in_our_words(make: Make, damage: str) -> None:
    whole = network()
    broken = {"garbage": b"garbage" * 99, "torn": whole[: len(whole) // 2], "no signature": network(False)}
    with pytest.raises(ParityError, match="litert: cannot open the network"):
        load_engine(make(broken[damage]))


QUIET = """
import os, sys
import numpy as np
from myoedge.edge.bundle import load_bundle
from myoedge.edge.engines import load_engine
before = len(os.listdir("/proc/self/task"))
engine, refused = load_engine(load_bundle(sys.argv[1]), "litert")
for _ in range(20):
    engine({"features": np.ones((1, 68), np.float32)})
print(len(os.listdir("/proc/self/task")) - before)
"""


def test_it_starts_no_thread(make: Make, tmp_path: Path) -> None:
    if not Path("/proc/self/task").is_dir():
        pytest.skip("no /proc here: threads cannot be counted")
    make(network())
    folder = next(p.parent for p in tmp_path.glob("*/bundle.json"))
    quiet = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", QUIET, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=quiet, timeout=120, check=False)
    assert done.stdout.split() == ["0"], done.stderr
