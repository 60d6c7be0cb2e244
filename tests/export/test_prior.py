"""Other people's covariances: about each label's own mean, within and between repetitions, for every turn."""

import numpy as np

from myoedge.export.pool import Group, Pool
from myoedge.export.prior import pooled, population, two_covariances, within_class


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


def test_within_and_between_repetitions_are_told_apart() -> None:
    rng = np.random.default_rng(3)
    wide, far = np.array([3.0, 1.0]), np.array([1.0, 4.0])
    rows = {
        (label, n): (100 * at + far * rng.standard_normal(2) + wide * rng.standard_normal((50, 2))).astype(
            np.float32
        )
        for at, label in enumerate(("rest", "fist", "open"))
        for n in range(80)
    }
    within, between = two_covariances(rows)
    np.testing.assert_allclose(np.diag(within), wide**2, rtol=0.1)
    np.testing.assert_allclose(np.diag(between), far**2 + wide**2 / 50, rtol=0.3)


def test_a_label_done_once_says_nothing_of_the_way_between_repetitions() -> None:
    rows = {("fist", 0): np.ones((4, 1), np.float32), ("rest", 0): np.full((4, 1), 7, np.float32)}
    within, between = two_covariances(rows)
    assert not within.any() and not between.any()


def test_each_set_counts_once_however_many_people_it_has() -> None:
    rng = np.random.default_rng(4)
    emg = np.concatenate([gain * rng.standard_normal((40, 40, 8)) for gain in (5, 5, 80)]).astype(np.float32)
    by = {("rest", 0): np.arange(10), ("rest", 1): np.arange(10, 20), ("fist", 0): np.arange(20, 40)}

    def group(dataset: str, start: int) -> Group:
        return Group(dataset, "anna", {k: at + start for k, at in by.items()}, ("fist", "rest"), (0, 1), 40)

    def of(*groups: Group) -> list[float]:
        pool = Pool(emg, np.zeros((120, 10, 6), np.float32), groups, (), np.zeros(0, np.intp), ())
        return [float(np.trace(b)) for b in population(pool, ("log_time_domain", "tangent"), None, ()).within]

    quiet, loud = [group("myo-uci", 0), group("myo-uci", 40)], group("myo-longterm30", 80)
    np.testing.assert_allclose(of(*quiet, loud), np.mean([of(*quiet), of(loud)], axis=0), rtol=1e-6)
