"""A bundle renewed has another prior, the same network, and a card of what was measured now."""

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from myoedge.calibration.learn import load_prior
from myoedge.edge.bundle import SHIPPED, load_bundle
from myoedge.edge.embed import Embedder
from myoedge.export import renew as module
from myoedge.export.pool import Group, Pool
from myoedge.export.recipe import load_recipe
from myoedge.export.renew import CARD, PRIOR, renew


def few_people() -> Pool:
    rng = np.random.default_rng(0)
    emg = (8 * rng.standard_normal((24, 40, 8))).astype(np.float32)
    by = {
        (label, n): np.arange(6) + 6 * (2 * i + n) for i, label in enumerate(("fist", "rest")) for n in (0, 1)
    }
    group = Group("folder", "anna", by, ("fist", "rest"), (0, 1), 24)
    return Pool(emg, np.zeros((24, 10, 6), np.float32), (group,), (), np.zeros(0, np.intp), ())


def test_the_prior_is_other_people_s_and_the_network_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    copytree(SHIPPED / "default", folder)
    monkeypatch.setattr(module, "population_pool", lambda recipe, root, say: few_people())
    before = load_bundle(folder)
    recipe = replace(load_recipe("default"), sources=())
    digest = renew(folder, recipe, tmp_path, print)
    after = load_bundle(folder)
    assert digest == after.digest != before.digest
    changed = {name for name in after.files if after.files[name] != before.files.get(name)}
    assert changed == {PRIOR, CARD, "bundle.json"} and set(after.files) == set(before.files)
    prior = load_prior(after, Embedder(after, 8).blocks)
    assert prior is not None and prior.sizes == [32, 36, 64]
    assert all(block.any() for block in (*prior.within, *prior.between))
    assert after.facts["metrics"]["accuracy"] == {}  # none of the sets it is tested on was there
