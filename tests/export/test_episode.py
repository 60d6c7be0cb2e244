"""An episode calibrates on some repetitions and asks about others."""

import numpy as np
import pytest

from myoedge.export.episode import QUERY, SUPPORT, draw_episode
from myoedge.export.pool import Group, Pool

LABELS = ("rest", "fist", "wrist flexion", "a word")
FEATURES = ("log_time_domain", "tangent")
EACH = 5  # windows a repetition


def pool(repetitions: int = 4, imu: bool = False) -> Pool:
    """Windows whose first channel tells label and repetition."""
    rng = np.random.default_rng(0)
    keys = [(label, number) for label in LABELS for number in range(repetitions)]
    count = len(keys) * EACH
    emg = rng.standard_normal((count, 40, 8)).astype(np.float32)
    by = {key: np.arange(at * EACH, (at + 1) * EACH) for at, key in enumerate(keys)}
    group = Group("myo-uci", "anna", by, tuple(sorted(LABELS)), tuple(range(repetitions)), count)
    movement = (
        rng.standard_normal((count, 10, 6)).astype(np.float32)
        if imu
        else np.zeros((count, 10, 6), np.float32)
    )
    return Pool(emg, movement, (group,), (), np.arange(count) if imu else np.zeros(0, np.intp), ())


def test_every_label_has_its_share_of_support_and_query() -> None:
    made = pool()
    episode = draw_episode(made, made.groups[0], LABELS[:3], FEATURES, np.random.default_rng(1))
    assert episode is not None
    assert np.bincount(episode.label[episode.support]).tolist() == [SUPPORT] * 4
    assert np.bincount(episode.label[~episode.support]).tolist() == [QUERY] * 4
    assert episode.features.shape == (4 * (SUPPORT + QUERY), 68)


def test_no_repetition_is_in_both_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    made, group = pool(), pool().groups[0]
    made.emg[:] = 0
    for (_, number), at in group.by.items():
        made.emg[at] = 10.0 * (
            number + 1
        )  # constant windows: augmentation changes them by gain and noise only
    rng = np.random.default_rng(2)
    for _ in range(20):
        monkeypatch.setattr("myoedge.export.episode.wear_emg", lambda windows, *_: windows)
        episode = draw_episode(made, group, LABELS[:3], FEATURES, rng)
        assert episode is not None
        level = episode.emg[:, 0, 0]
        assert not set(level[episode.support].tolist()) & set(level[~episode.support].tolist())


def test_a_label_the_bundle_does_not_have_is_not_named() -> None:
    made, rng = pool(), np.random.default_rng(3)
    named = set()
    for _ in range(20):
        episode = draw_episode(made, made.groups[0], LABELS[:3], FEATURES, rng)
        assert episode is not None
        named |= set(episode.named.tolist())
    assert named == {-1, 0, 1, 2}


def test_one_repetition_makes_no_episode() -> None:
    made = pool(repetitions=2)
    only = {key: at for key, at in made.groups[0].by.items() if key[1] == 0 or key[0] in LABELS[:2]}
    group = Group("myo-uci", "anna", only, made.groups[0].labels, (0, 1), 30)
    assert draw_episode(made, group, LABELS[:3], FEATURES, np.random.default_rng(4)) is None


def test_a_modality_is_sometimes_left_out() -> None:
    made, rng = pool(imu=True), np.random.default_rng(5)
    drawn = [draw_episode(made, made.groups[0], LABELS, FEATURES, rng) for _ in range(30)]
    present = [bool(episode.imu.any()) for episode in drawn if episode is not None]
    assert any(present)
    assert not all(present)


def test_somebody_elses_movement_may_come_with_a_held_gesture() -> None:
    made = pool()
    made.imu[:EACH] = 1.0
    lent = Pool(made.emg, made.imu, made.groups, (), np.arange(EACH), ())
    still = Group(
        "myo-uci",
        "anna",
        {k: v for k, v in made.groups[0].by.items() if k != ("rest", 0)},
        LABELS,
        (0, 1, 2, 3),
        75,
    )
    rng = np.random.default_rng(6)
    drawn = [draw_episode(lent, still, LABELS, FEATURES, rng) for _ in range(30)]
    present = [bool(episode.imu.any()) for episode in drawn if episode is not None]
    assert any(present)
    assert not all(present)
