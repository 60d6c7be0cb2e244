"""Shrinkage of covariances."""

import numpy as np

from myoedge.calibration.covariance import blend, ledoit_wolf


def test_fewer_rows_than_features_still_give_an_invertible_covariance() -> None:
    rows = np.random.default_rng(0).normal(size=(10, 40))
    assert np.linalg.eigvalsh(ledoit_wolf(rows - rows.mean(axis=0))).min() > 0.01


def test_it_is_nearer_to_the_truth_than_the_sample_covariance() -> None:
    rng = np.random.default_rng(1)
    truth = np.diag(np.linspace(0.5, 2, 20))
    rows = rng.multivariate_normal(np.zeros(20), truth, 30)
    assert np.linalg.norm(ledoit_wolf(rows) - truth) < 0.8 * np.linalg.norm(rows.T @ rows / 30 - truth)


def test_many_rows_are_hardly_shrunk() -> None:
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(20000, 4)) * [1, 2, 3, 4]
    assert np.allclose(ledoit_wolf(rows), rows.T @ rows / 20000, rtol=0.02, atol=0.02)


def test_a_prior_counts_by_its_weight() -> None:
    mixed = blend(np.eye(2), np.array([[3.0, 1.0], [1.0, 3.0]]), np.zeros((2, 2)), 0.5, 1, 0.1)
    assert np.allclose(mixed, [[2.2, 0.5], [0.5, 2.2]])


def test_own_and_other_peoples_covariance_add_up_to_how_a_later_repetition_strays() -> None:
    """What a wearer's n repetitions show, filled up, is W + B (1 + 1 / n) whatever other people weigh."""
    rng = np.random.default_rng(3)
    within, between = (a @ a.T for a in rng.normal(size=(2, 3, 3)))
    for n in (1, 2, 4):
        own = within + between * (n - 1) / n
        for weight in (0.0, 0.25, 1.0):
            assert np.allclose(blend(own, within, between, weight, n, 0.0), within + between * (1 + 1 / n))
