"""The wearer's head: the marginal Gaussian, written out, and a file that holds or is refused."""

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.edge.head import MASKS, Head, head_from_json

BLOCKS = ((0, 5), (5, 8), (8, 12))


def head(seed: int = 0) -> Head:
    rng = np.random.default_rng(seed)

    def covariance(size: int) -> NDArray[np.float64]:
        mixed = rng.normal(size=(size, 3 * size))
        return np.asarray(mixed @ mixed.T / size, np.float32).astype(float)

    spread = rng.uniform(0.5, 4, 12).astype(np.float32).astype(float)
    means = rng.normal(size=(3, 12)).astype(np.float32).astype(float)
    return Head(
        ("rest", "fist", "open"), means, spread, BLOCKS, tuple(covariance(b - a) for a, b in BLOCKS), 0.7
    )


def whole_covariance(of: Head) -> NDArray[np.float64]:
    cov = np.zeros((12, 12))
    for (a, b), block in zip(of.blocks, of.covariances, strict=True):
        cov[a:b, a:b] = block
    return cov * np.outer(of.spread, of.spread)


@given(st.lists(st.booleans(), min_size=12, max_size=12).filter(any), st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_features_left_out_leave_the_marginal_gaussian(used: list[bool], seed: int) -> None:
    mine, keep = head(seed), np.array(used)
    x = np.random.default_rng(seed + 50).normal(size=12) * 3
    inverse = np.linalg.inv(whole_covariance(mine)[np.ix_(keep, keep)])
    away = (x - mine.means * mine.spread)[:, keep]
    want = np.array([d @ inverse @ d for d in away]) / keep.sum()
    np.testing.assert_allclose(mine.distances(x, keep), want, rtol=1e-6)
    density = np.exp(-0.5 * 0.7 * (want - want.min()) * keep.sum())
    np.testing.assert_allclose(
        mine.posterior(mine.distances(x, keep), int(keep.sum())),
        density / density.sum(),
        rtol=1e-6,
        atol=1e-12,
    )


def test_many_windows_at_once_are_the_same_as_one_by_one() -> None:
    x = np.random.default_rng(7).normal(size=(9, 12))
    np.testing.assert_allclose(head().distances(x), [head().distances(row) for row in x])


def test_channels_that_come_and_go_do_not_fill_the_memory() -> None:
    mine = head()
    for i in range(1, 200):
        mine.distances(np.zeros(12), np.array([bool(i >> bit & 1) for bit in range(12)]))
    assert len(mine._whitened) <= MASKS


def test_a_head_comes_back_from_json() -> None:
    mine = head()
    back = head_from_json(json.loads(json.dumps(mine.to_json())))
    assert (back.labels, back.blocks, back.temperature) == (mine.labels, mine.blocks, mine.temperature)
    np.testing.assert_array_equal(back.means, mine.means)
    np.testing.assert_array_equal(back.spread, mine.spread)
    for got, want in zip(back.covariances, mine.covariances, strict=True):
        np.testing.assert_array_equal(got, want)


def packed(values: list[float]) -> str:
    row = Head(("a",), np.array([values]), np.ones(1), (), ()).to_json()["means"]
    return str(row)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("labels", []),
        ("labels", "abc"),
        ("labels", ["rest", "fist"]),
        ("means", packed([1.0] * 35 + [float("nan")])),
        ("means", "no base64 at all!"),
        ("spread", packed([0.0] * 12)),
        ("spread", packed([1.0] * 11)),
        ("blocks", [[0, 5], [5, 8]]),
        ("blocks", [[0, 5], [5, 5], [5, 8], [8, 12]]),
        ("blocks", [[0, 8], [5, 8], [8, 12]]),
        ("blocks", [[8, 12], [5, 8], [0, 5]]),
        ("covariances", []),
        ("temperature", float("inf")),
        ("temperature", -1),
    ],
)
def test_a_head_that_makes_no_sense_is_refused(name: str, value: Any) -> None:
    row = {**head().to_json(), name: value}
    with pytest.raises((FormatError, ValueError)):
        head_from_json(row)


@pytest.mark.parametrize("block", [[[1, 2], [2, 1]], [[1, 0.5], [-0.5, 1]], [[0, 0], [0, 0]]])
def test_a_covariance_that_is_none_is_refused(block: list[list[float]]) -> None:
    row = copy.deepcopy(head().to_json())
    row["covariances"][1] = packed([*block[0], 0, *block[1], 0, 0, 0, 1])
    with pytest.raises(FormatError, match="covariance"):
        head_from_json(row)
