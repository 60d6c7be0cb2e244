"""Tolerances leave a margin and no more."""

import numpy as np
import pytest
import torch

from myoedge.export.models import build_model
from myoedge.export.parity import MARGIN, FloatEngine, largest_difference, run_all, tolerance

SHAPES = {"emg": (40, 8), "imu": (10, 6), "features": (68,)}
INPUTS = tuple(SHAPES)


def examples(count: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {name: rng.standard_normal((count, *shape)).astype(np.float32) for name, shape in SHAPES.items()}


@pytest.mark.parametrize("difference", [1e-6, 3e-4, 0.0271, 0.4, 12.34])
def test_the_tolerance_is_the_margin_rounded_up(difference: float) -> None:
    allowed = tolerance(difference)
    assert max(MARGIN * difference, 1e-4) <= allowed <= 1.11 * max(MARGIN * difference, 1e-4)


def test_the_float_engine_is_the_network() -> None:
    torch.manual_seed(0)
    model = build_model("hierarchical", labels=6, inputs=SHAPES, width=16).eval()
    inputs = examples()
    scores, embedding = run_all(FloatEngine(model, INPUTS), inputs)
    with torch.inference_mode():
        wanted = model(*(torch.from_numpy(inputs[name]) for name in INPUTS))
    np.testing.assert_allclose(scores, wanted[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(embedding, wanted[1].numpy(), atol=1e-5)


def test_the_worst_value_of_either_output_counts() -> None:
    torch.manual_seed(0)
    engine = FloatEngine(build_model("hierarchical", labels=6, inputs=SHAPES, width=16), INPUTS)
    inputs = examples()
    scores, embedding = run_all(engine, inputs)
    assert largest_difference(engine, inputs, scores, embedding) == 0
    scores[1, 2] += 0.5
    embedding[0, 3] -= 0.25
    assert largest_difference(engine, inputs, scores, embedding) == pytest.approx(0.5, abs=1e-6)
