"""The int8 file for ONNX Runtime keeps names and shapes, and its matrices are int8."""

import numpy as np
import pytest

from myoedge.export.models import build_model
from myoedge.export.parity import FloatEngine, open_engine, run_all
from myoedge.export.quantize import OPSET, quantize_onnx, to_onnx

NAMES = ("emg", "imu", "features")


def examples(count: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    shapes = {"emg": (40, 8), "imu": (10, 6), "features": (68,)}
    return {name: rng.standard_normal((count, *shape)).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def both() -> tuple[FloatEngine, bytes, bytes]:
    import torch

    torch.manual_seed(0)
    shapes = {name: x.shape[1:] for name, x in examples(1).items()}
    sizes = {"width": 16, "hidden": 16, "embedding": 8, "heads": 2, "branch_layers": 1, "cross_layers": 1}
    model = build_model("hierarchical", labels=6, inputs=shapes, patches=5, **sizes).eval()
    plain = to_onnx(model, examples(1))
    return FloatEngine(model, NAMES), plain, quantize_onnx(plain)


def test_the_float_file_is_the_network(both: tuple[FloatEngine, bytes, bytes]) -> None:
    exact, plain, _ = both
    wanted, got = (run_all(e, examples(4)) for e in (exact, open_engine("onnx", plain, NAMES)))
    np.testing.assert_allclose(got[1], wanted[1], atol=1e-4)
    assert got[0].shape == (4, 6)


def test_the_int8_file_is_near_it(both: tuple[FloatEngine, bytes, bytes]) -> None:
    exact, _, small = both
    wanted, got = (run_all(e, examples(4)) for e in (exact, open_engine("onnx", small, NAMES)))
    assert np.sqrt(((got[1] - wanted[1]) ** 2).mean()) < 0.05 * wanted[1].std()


def test_constant_matrices_are_int8(both: tuple[FloatEngine, bytes, bytes]) -> None:
    import onnx

    model = onnx.load_from_string(both[2])
    assert {o.version for o in model.opset_import if o.domain == ""} == {OPSET}
    big = [t for t in model.graph.initializer if np.prod(t.dims) >= 16 * 16]
    assert big
    assert {t.data_type for t in big} == {onnx.TensorProto.INT8}


def test_inputs_and_outputs_keep_their_names(both: tuple[FloatEngine, bytes, bytes]) -> None:
    import onnx

    graph = onnx.load_from_string(both[2]).graph
    assert [i.name for i in graph.input] == list(NAMES)
    assert [o.name for o in graph.output] == ["scores", "embedding"]
