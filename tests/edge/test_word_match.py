"""Two measures of likeness do what their formulas say."""

import numpy as np
import pytest

from myoedge.edge.word_match import Factor, warped_distances


def gaussian(x: float, mean: float, variance: float) -> float:
    return float(-0.5 * ((x - mean) ** 2 / variance + np.log(2 * np.pi * variance)))


def test_the_ratio_is_that_of_the_two_gaussians() -> None:
    """One value: within 1, between b; after n repetitions the word's mean is known as Bayes' rule says."""
    between, n, mean, x = 3.0, 2.0, 1.5, 0.7
    factor = Factor(np.eye(1), np.array([between]))
    found = factor.likelihood_ratio(np.array([[x]]), np.array([[mean]]), np.array([n]))
    known = between * n / (between * n + 1)
    word = gaussian(x, mean * known, 1 + between / (1 + n * between))
    assert found[0, 0] == pytest.approx(word - gaussian(x, 0.0, 1 + between))


def test_a_word_taught_more_often_is_believed_more() -> None:
    factor = Factor(np.eye(2), np.array([4.0, 4.0]))
    x = means = np.array([[2.0, -2.0]])
    once, often = (factor.likelihood_ratio(x, means, np.array([n]))[0, 0] for n in (1.0, 8.0))
    assert often > once > 0


def test_warping_forgives_another_pace_but_not_another_shape() -> None:
    time = np.linspace(0, 1, 20)
    shape = np.sin(2 * np.pi * time)[:, None]
    later = np.sin(2 * np.pi * time**1.3)[:, None]
    reverse = shape[::-1]
    same, paced, other = warped_distances(shape, np.stack([shape, later, reverse]))
    assert same == 0
    plain = float(((shape - later) ** 2).sum() / 40)
    assert paced < 0.3 * plain
    assert other > 5 * paced


def test_time_may_be_warped_no_further_than_the_band() -> None:
    early, late = np.zeros((20, 1)), np.zeros((20, 1))
    early[3], late[16] = 1, 1
    assert warped_distances(early, late[None], band=5)[0] == pytest.approx(2 / 40)
    assert warped_distances(early, late[None], band=19)[0] == pytest.approx(0)
