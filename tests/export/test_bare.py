"""What the converters note for themselves is not shipped."""

from pathlib import Path

import numpy as np
import pytest

from myoedge.edge.bundle import SHIPPED, load_bundle
from myoedge.export.bare import bare_onnx, bare_tflite
from myoedge.export.models import build_model
from myoedge.export.parity import open_engine, run_all
from myoedge.export.quantizers.converted import to_onnx


def test_a_bare_graph_is_the_same_network_without_paths() -> None:
    rng = np.random.default_rng(0)
    shapes = {"emg": (40, 8), "imu": (10, 6), "features": (68,)}
    inputs = {name: rng.standard_normal((2, *shape)).astype(np.float32) for name, shape in shapes.items()}
    sizes = {"width": 16, "hidden": 16, "embedding": 8, "heads": 2, "branch_layers": 1, "cross_layers": 1}
    model = build_model("hierarchical", labels=6, inputs=shapes, patches=5, **sizes)
    noted = to_onnx(model, inputs)
    bare = bare_onnx(noted)
    assert str(Path(__file__).parents[2] / "src").encode() in noted
    assert b"transformer.py" not in bare
    assert len(bare) < len(noted)
    before, after = (run_all(open_engine("onnx", one, tuple(shapes)), inputs) for one in (noted, bare))
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


def test_tensors_lose_their_names_and_keep_their_numbers() -> None:
    bundle = load_bundle("default")
    model = bundle.files["model.tflite"]
    assert bare_tflite(model) == model
    assert b"torch" not in model
    assert b"output_0" in model


@pytest.mark.parametrize("path", sorted(p for p in SHIPPED.rglob("*") if p.is_file()), ids=lambda p: p.name)
def test_no_shipped_file_names_a_line_of_source(path: Path) -> None:
    assert b".py" not in path.read_bytes()
