"""A small network of the default recipe's kind, untrained, and a pool of two people with clear gestures."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from myoedge.export.models import build_model
from myoedge.export.network import FloatNetwork, network_of
from myoedge.export.pool import Group, Pool
from myoedge.export.prune.task import Episodes
from myoedge.export.recipe import Source, load_recipe, recipe_from_toml

INPUTS = {"emg": (40, 8), "imu": (10, 6), "features": (68,)}
LABELS = ("rest", "fist", "wrist flexion")


@pytest.fixture(scope="session")
def network() -> FloatNetwork:
    """Two heads of eight, sixteen neurons a layer, four layers."""
    recipe = load_recipe("default")
    options = {**recipe.model, "width": 16, "hidden": 16, "embedding": 8, "heads": 2, "dropout": 0.0}
    row = {
        **recipe.row,
        "model": options,
        "labels": list(LABELS),
        "data": [{"dataset": "myo-uci"}],
        "training": {**recipe.row["training"], "episodes": 2},
    }
    torch.manual_seed(0)
    model = build_model(labels=len(LABELS), inputs=INPUTS, **options).eval()
    return network_of(model, row, options, INPUTS, LABELS, [{"how": "trained"}])


@pytest.fixture(scope="session")
def pool() -> Pool:
    rng = np.random.default_rng(0)
    emg: list[np.ndarray] = []
    groups = []
    for name in ("anna", "ben", "chen"):
        by = {}
        for at, label in enumerate(LABELS):
            gain = np.ones(8)
            gain[at * 2 : at * 2 + 2] = 3 * at + 1
            for number in range(3):
                start = sum(map(len, emg))
                emg.append(rng.standard_normal((6, 40, 8)) * gain * 5)
                by[label, number] = np.arange(start, start + 6)
        groups.append(Group("myo-uci", name, by, LABELS, (0, 1, 2), 54))
    samples = np.concatenate(emg).astype(np.float32)
    imu = np.zeros((len(samples), 10, 6), np.float32)
    return Pool(samples, imu, tuple(groups[:2]), tuple(groups[2:]), np.zeros(0, np.intp), ())


@pytest.fixture
def episodes(network: FloatNetwork, pool: Pool) -> Episodes:
    recipe = replace(recipe_from_toml(network.row["recipe"]), sources=(Source("myo-uci"),))
    return Episodes(network, recipe, pool, None)
