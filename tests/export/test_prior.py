"""Other people's covariance is about each label's own mean and the same for every turn of the band."""

import numpy as np

from myoedge.export.pool import Group, Pool
from myoedge.export.prior import pooled, within_class


def test_the_distance_between_labels_does_not_count() -> None:
    rng = np.random.default_rng(0)
    near = {(label, 0): rng.standard_normal((400, 3)).astype(np.float32) for label in ("rest", "fist")}
    far = {key: x + (100 if key[0] == "fist" else 0) for key, x in near.items()}
    np.testing.assert_allclose(pooled(far, ("rest", "fist")), pooled(near, ("rest", "fist")), atol=1e-3)


def test_the_distance_between_repetitions_of_a_label_does() -> None:
    rows = {("fist", n): np.full((10, 1), float(n), np.float32) for n in (0, 2)}
    np.testing.assert_allclose(pooled(rows, ("fist",)), [[1.0]])


def test_no_place_on_the_arm_is_special() -> None:
    rng = np.random.default_rng(1)
    gain = np.array([1, 20, 5, 3, 2, 1, 9, 4])
    emg = (rng.standard_normal((80, 40, 8)) * gain).astype(np.float32)
    by = {("rest", 0): np.arange(40), ("fist", 0): np.arange(40, 80)}
    group = Group("myo-uci", "anna", by, ("fist", "rest"), (0,), 80)
    pool = Pool(emg, np.zeros((80, 10, 6), np.float32), (group,), (), np.zeros(0, np.intp), ())
    time_domain, tangent = within_class(pool, ("log_time_domain", "tangent"))
    assert tangent.shape == (36, 36)
    np.testing.assert_allclose(np.diag(time_domain)[:8], np.diag(time_domain)[0], rtol=1e-6)


def test_without_the_set_it_comes_from_elsewhere_everybody_counts() -> None:
    rng = np.random.default_rng(2)
    emg = rng.standard_normal((80, 40, 8)).astype(np.float32)
    by = {("rest", 0): np.arange(40), ("fist", 0): np.arange(40, 80)}
    group = Group("folder", "anna", by, ("fist", "rest"), (0,), 80)
    pool = Pool(emg, np.zeros((80, 10, 6), np.float32), (group,), (), np.zeros(0, np.intp), ())
    assert [len(block) for block in within_class(pool, ("log_time_domain", "tangent"), turns=1)] == [32, 36]
