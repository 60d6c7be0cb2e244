"""Features of many windows at once are those the device computes one by one."""

import numpy as np

from myoedge.edge.features import FEATURES
from myoedge.export.batch_features import BLOCKS, closed_form


def test_every_block_of_the_edge_has_the_same_values_in_batches() -> None:
    rng = np.random.default_rng(0)
    windows = (rng.standard_normal((20, 40, 8)) * rng.uniform(0.1, 40, (20, 1, 8))).astype(np.float32)
    windows[3, :, 2] = 0  # a masked channel
    windows[4] = 0
    assert set(BLOCKS) == set(FEATURES)
    for name, (one, _) in FEATURES.items():
        np.testing.assert_allclose(BLOCKS[name](windows), [one(w) for w in windows], rtol=1e-5, atol=1e-5)


def test_blocks_come_in_the_order_asked_for() -> None:
    windows = np.random.default_rng(1).standard_normal((3, 40, 8)).astype(np.float32)
    both = closed_form(windows, ("tangent", "log_time_domain"))
    np.testing.assert_array_equal(both[:, :36], BLOCKS["tangent"](windows))
    assert both.shape == (3, 68)
