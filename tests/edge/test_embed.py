"""The embedding of one window: what counts in it, and how strong the contraction is."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.embed import Embedder
from myoedge.edge.features import log_time_domain, tangent
from myoedge.edge.window import Window


def window(emg: NDArray[np.float64], masked: tuple[int, ...] = ()) -> Window:
    samples = emg.astype(np.float32)
    samples[:, list(masked)] = 0
    return Window({"emg": samples}, np.isin(np.arange(8), masked), (), 5, 6, 0.0)


@pytest.fixture
def emg(counts: Callable[..., NDArray[np.float64]]) -> NDArray[np.float64]:
    return counts("fist", 40)


def test_the_closed_form_blocks_come_in_the_bundles_order(
    make_bundle: Callable[..., Bundle], emg: NDArray[np.float64]
) -> None:
    seen = window(emg)
    x = seen.samples["emg"]
    both = Embedder(make_bundle(features=["tangent", "log_time_domain"]), 8)
    assert both.blocks == ((0, 36), (36, 68))
    np.testing.assert_array_equal(
        both(seen, None).embedding, np.concatenate([tangent(x), log_time_domain(x)])
    )


def test_a_masked_channels_values_do_not_count(classic: Bundle, emg: NDArray[np.float64]) -> None:
    used = Embedder(classic, 8)(window(emg, (2,)), None).used
    assert used.sum() == 4 * 7 + 7 * 8 // 2
    assert not used[[2, 10, 18, 26]].any()
    assert Embedder(classic, 8)(window(emg), None).used.all()
    assert not Embedder(classic, 8)(window(emg, tuple(range(8))), None).used.any()


def test_the_level_is_the_mean_over_the_channels_that_count(
    classic: Bundle, emg: NDArray[np.float64]
) -> None:
    embedder = Embedder(classic, 8)
    assert embedder(window(emg), None).level == pytest.approx(np.abs(emg).mean())
    left = np.delete(emg, (1, 5), axis=1)
    assert embedder(window(emg, (1, 5)), None).level == pytest.approx(np.abs(left).mean())
    assert embedder(window(emg, tuple(range(8))), None).level == 0
