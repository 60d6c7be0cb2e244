"""Two measures of likeness do what their formulas say."""

import numpy as np
import pytest

from myoedge.edge.word_match import Factor, pooled, templates_of, warped


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
    same, paced, other = warped(shape, np.stack([shape, later, reverse])).distances
    assert same == 0
    plain = float(((shape - later) ** 2).sum() / 40)
    assert paced < 0.3 * plain
    assert other > 5 * paced


def test_time_may_be_warped_no_further_than_the_band() -> None:
    early, late = np.zeros((20, 1)), np.zeros((20, 1))
    early[3], late[16] = 1, 1
    assert warped(early, late[None], band=5).distances[0] == pytest.approx(2 / 40)
    assert warped(early, late[None], band=19).distances[0] == pytest.approx(0)


def test_a_movement_is_brought_into_a_templates_time() -> None:
    time = np.linspace(0, 1, 20)
    shape, later = (np.sin(2 * np.pi * at)[:, None] for at in (time, time**1.3))
    brought = warped(later, shape[None]).frames[0]
    assert np.abs(brought - shape).mean() < 0.3 * np.abs(later - shape).mean()
    np.testing.assert_allclose(warped(shape, shape[None]).frames[0], shape)


def test_a_template_is_the_mean_of_its_own_words_repetitions() -> None:
    flat = np.ones((20, 1))
    templates = templates_of(np.stack([1 * flat, 10 * flat, 3 * flat]), np.array([0, 1, 0]))
    np.testing.assert_allclose(templates, [2 * flat, 10 * flat])


def test_frames_are_pooled_in_their_order() -> None:
    pooled_frames = pooled(np.arange(40.0).reshape(20, 2))
    assert pooled_frames.shape == (20,)
    np.testing.assert_allclose(pooled_frames[:4], [1, 2, 5, 6])


def test_a_word_may_see_a_movement_in_its_own_way() -> None:
    """Three dimensions: other values of the movement for each word."""
    factor = Factor(np.eye(2), np.array([4.0, 4.0]))
    means, n = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([2.0, 2.0])
    x = np.array([[0.9, 0.1], [0.2, 1.2]])
    together = factor.likelihood_ratio(x[None], means, n)[0]
    apart = [factor.likelihood_ratio(x[k : k + 1], means, n)[0, k] for k in (0, 1)]
    np.testing.assert_allclose(together, apart)
