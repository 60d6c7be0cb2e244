"""Training learns, tells how far it came, and gives the same weights twice."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from myoedge.export.look import embed_all
from myoedge.export.pool import Group, Pool
from myoedge.export.recipe import Recipe, Source, Training, load_recipe
from myoedge.export.train import draw_batch, train_model

LABELS = ("rest", "fist", "wrist flexion")
EACH = 12


def people(names: tuple[str, ...]) -> tuple[np.ndarray, tuple[Group, ...]]:
    """Three gestures by which channels are loud, three repetitions each."""
    rng = np.random.default_rng(0)
    emg: list[np.ndarray] = []
    groups = []
    for name in names:
        by = {}
        for at, label in enumerate(LABELS):
            gain = np.ones(8)
            gain[at * 2 : at * 2 + 2] = 3 * at + 1
            for number in range(3):
                start = sum(map(len, emg))
                wobble = np.exp(rng.standard_normal(8) * 0.2)
                emg.append(rng.standard_normal((EACH, 40, 8)) * gain * wobble * 5)
                by[label, number] = np.arange(start, start + EACH)
        groups.append(Group("myo-uci", name, by, LABELS, (0, 1, 2), 9 * EACH))
    return np.concatenate(emg).astype(np.float32), tuple(groups)


@pytest.fixture(scope="module")
def pool() -> Pool:
    emg, groups = people(("anna", "ben", "chen"))
    return Pool(
        emg, np.zeros((len(emg), 10, 6), np.float32), groups[:2], groups[2:], np.zeros(0, np.intp), ()
    )


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return replace(
        load_recipe("default"),
        sources=(Source("myo-uci"),),
        training=Training(steps=6, episodes=2, rate=2e-3, decay=0.05, hop_ms=25, every=3),
        model={
            **load_recipe("default").model,
            **{"width": 16, "hidden": 16, "embedding": 8, "heads": 2},
        },
    )


def test_the_same_recipe_gives_the_same_weights(recipe: Recipe, pool: Pool) -> None:
    said: list[str] = []
    first, looks = train_model(recipe, pool, said.append)
    second, _ = train_model(recipe, pool, said.append)
    for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    assert [look.step for look in looks] == [3, 6]
    assert len([text for text in said if text.startswith("step")]) == 4


def test_held_out_people_are_told_apart(recipe: Recipe, pool: Pool) -> None:
    _, looks = train_model(recipe, pool, lambda _: None)
    assert looks[-1].closed_form > 0.8  # loud channels: the features alone find them
    assert 0 <= looks[-1].accuracy <= 1


def test_a_batch_has_as_many_episodes_as_the_recipe_says(recipe: Recipe, pool: Pool) -> None:
    assert len(draw_batch(recipe, pool, np.random.default_rng(0))) == 2


def test_embeddings_do_not_depend_on_how_many_are_asked_for(recipe: Recipe, pool: Pool) -> None:
    model, _ = train_model(recipe, pool, lambda _: None)
    features = np.zeros((4, 68), np.float32)
    together = embed_all(model, pool.emg[:4], pool.imu[:4], features)
    alone = embed_all(model, pool.emg[2:3], pool.imu[2:3], features[2:3])
    np.testing.assert_allclose(together[2:3], alone, rtol=1e-4, atol=1e-5)
