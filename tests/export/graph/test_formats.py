"""The fast graph gives what the network gives, for every architecture and both engines."""

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed here")
pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed here")

from myoedge.edge.errors import UsageError  # noqa: E402
from myoedge.export.graph.formats import fast_onnx, fast_tflite  # noqa: E402
from myoedge.export.graph.lean import LeanTransformer, lean  # noqa: E402
from myoedge.export.graph.tflite import write_tflite  # noqa: E402
from myoedge.export.models import build_model  # noqa: E402
from myoedge.export.parity import FloatEngine, largest_difference, open_engine, run_all  # noqa: E402

SHAPES = {"emg": (41, 8), "imu": (10, 6), "features": (68,)}  # one sample more than fills the patches
TRANSFORMER: dict[str, Any] = {"width": 24, "heads": 3, "hidden": 32, "embedding": 16}
TOKENS: dict[str, Any] = {
    "patches": {"emg": 4, "imu": 5},
    "raw": {"emg": "squeeze", "imu": "z"},
    "power": ["emg"],
}
KINDS: dict[str, dict[str, Any]] = {
    "perceptron": {"kind": "mlp", "hidden": 32, "embedding": 16},
    "all tokens together": {"kind": "multimodal", "layers": 2, **TRANSFORMER},
    "one layer for each modality": {"kind": "multimodal", "fusion": "linear", "layers": 1, **TRANSFORMER},
    "fused by attention": {"kind": "hierarchical", "cross_width": 36, "readout": "input", **TRANSFORMER},
    "fused linearly": {"kind": "hierarchical", "fusion": "linear", "stem": "mlp", **TRANSFORMER},
    "pruned": {
        "kind": "hierarchical",
        **TRANSFORMER,
        "heads": [2, 1, 0, 2, 1, 2],
        "head": 8,
        "hidden": [32, 16, 8, 0, 16, 24],
    },
    "silenced": {"kind": "hierarchical", "silenced": ["cross"], **TRANSFORMER},
}


def network(kind: str) -> Any:
    """Untrained, with biases, norms and standardisation away from where they begin."""
    torch.manual_seed(3)
    model: Any = build_model(labels=5, inputs=SHAPES, **KINDS[kind], **TOKENS)
    model.standardise([torch.from_numpy(x) * 2 + 1 for x in windows(32).values()])
    with torch.no_grad():
        for one in model.parameters():
            one.add_(0.1 * torch.randn_like(one))
    return model.eval()


def windows(count: int) -> dict[str, np.ndarray]:
    noise = np.random.default_rng(4)
    return {name: noise.normal(size=(count, *shape)).astype(np.float32) for name, shape in SHAPES.items()}


def difference(model: Any, engine: str, file: bytes) -> float:
    example = windows(4)
    scores, embedding = run_all(FloatEngine(model, tuple(SHAPES)), example)
    return largest_difference(open_engine(engine, file, tuple(SHAPES)), example, scores, embedding)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "silenced"])
def test_the_fast_graph_is_the_network_in_litert(kind: str) -> None:
    model = network(kind)
    assert difference(model, "litert", write_tflite(lean(model, "litert"), windows(1))) < 1e-5


@pytest.mark.parametrize("kind", ["fused by attention", "pruned"])
def test_the_fast_graph_is_the_network_in_onnx_runtime(kind: str) -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed here")
    model = network(kind)
    assert difference(model, "onnx", fast_onnx(model, windows(1))) < 1e-5


def test_attention_is_one_node_of_onnx_runtime() -> None:
    onnx = pytest.importorskip("onnx", reason="onnx is not installed here")
    graph = onnx.load_from_string(fast_onnx(network("all tokens together"), windows(1))).graph
    kinds = [node.op_type for node in graph.node]
    assert kinds.count("Attention") == 2 and "Softmax" not in kinds and "Transpose" not in kinds


def test_the_model_itself_stays_as_it_was() -> None:
    model = network("fused by attention")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert isinstance(lean(model, "litert"), LeanTransformer)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_silenced_pathways_keep_the_network_as_it_is() -> None:
    model = network("silenced")
    assert lean(model, "onnx") is model and lean(model, "litert") is model


def test_an_operation_without_a_form_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sine(torch.nn.Module):  # type: ignore[misc,name-defined]
        def forward(self, x: Any) -> Any:
            return torch.sin(x), x

    with pytest.raises(UsageError, match=r"no sin\.default in the fast graph"):
        write_tflite(Sine(), {"x": np.zeros((1, 3), np.float32)})
    monkeypatch.setattr("myoedge.export.quantizers.converted.to_tflite", lambda model, example: b"converted")
    assert fast_tflite(Sine(), {"x": np.zeros((1, 3), np.float32)}) == b"converted"


def test_an_engine_without_a_form_is_refused() -> None:
    with pytest.raises(UsageError, match="no fast graph for 'tpu'"):
        lean(network("perceptron"), "tpu")
