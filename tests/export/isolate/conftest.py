"""A small network of two modalities, and windows to probe it with."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from myoedge.export.isolate.cut import attending
from myoedge.export.isolate.probe import Probe
from myoedge.export.models import build_model
from myoedge.export.models.transformer import Transformer

SHAPES = {"emg": (8, 3), "imu": (6, 2)}
SIZES = {"width": 16, "heads": 2, "hidden": 32, "embedding": 8, "patches": 2, "power": (), "dropout": 0.3}

Build = Callable[..., Transformer]


@pytest.fixture(scope="session")
def build() -> Build:
    def make(
        kind: str = "multimodal", fusion: str = "attention", inputs: str = "emg imu", **more: object
    ) -> Transformer:
        torch.manual_seed(3)
        shapes = {name: SHAPES[name] for name in inputs.split()}
        options = {**SIZES, **({"layers": 2} if kind == "multimodal" else {}), **more}
        return attending(build_model(kind, labels=3, inputs=shapes, fusion=fusion, **options)).eval()

    return make


@pytest.fixture(scope="session")
def probe() -> Probe:
    generator = torch.Generator().manual_seed(0)
    inputs = tuple(torch.randn(30, *shape, generator=generator) for shape in SHAPES.values())
    truth = torch.randint(0, 3, (30,), generator=generator)
    person = np.array(["anna", "ben", "chen"] * 10)
    return Probe(inputs, truth, person, ("fist", "open", "rest"))
