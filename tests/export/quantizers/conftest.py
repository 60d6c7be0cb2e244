"""A tiny float network with windows to calibrate it by."""

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.export.models import build_model
from myoedge.export.quantizers.material import Material

SHAPES: dict[str, tuple[int, ...]] = {"emg": (40, 8), "imu": (10, 6), "features": (68,)}
SIZES = {"width": 16, "hidden": 16, "embedding": 8, "heads": 2, "branch_layers": 1, "cross_layers": 1}


def windows(count: int, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal((count, *shape)).astype(np.float32) for name, shape in SHAPES.items()}


def material_of(calibration: Mapping[str, NDArray[np.float32]]) -> Material:
    import torch

    torch.manual_seed(0)
    model = build_model("hierarchical", labels=6, inputs=SHAPES, patches=5, **SIZES)
    return Material(model, SHAPES, calibration)


@pytest.fixture(scope="session")
def material() -> Material:
    return material_of(windows(24))
