"""How people stray from their own mean of a gesture: what helps a calibration of few repetitions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.covariance import Prior
from myoedge.edge.engines import Engine
from myoedge.export.batch_features import closed_form
from myoedge.export.pool import Group, Pool, fill_pool
from myoedge.export.recipe import Recipe

DATASET = (
    "myo-uci"  # held gestures of many people; words are movements, and one person's days say little of others
)
# What ships is over two sets that agree on little but that gestures were held, each counting once.
POPULATION = ("myo-uci", "myo-longterm30")
HOP_MS = 100.0
EVERY = 4  # windows at 25 ms overlap by seven eighths: each fourth says as much

Array = NDArray[np.float32]
Matrix = NDArray[np.float64]
Embed = Callable[[Array, Array, Array], Array]  # emg, imu, features -> embedding


def pooled(rows: Mapping[tuple[str, int], Array], labels: Sequence[str]) -> Matrix:
    """Covariance about each label's mean, (feature, feature); `rows` by (label, repetition)."""
    centred = []
    for label in labels:
        x = np.concatenate([r for (name, _), r in rows.items() if name == label]).astype(np.float64)
        centred.append(x - x.mean(axis=0))
    both = np.concatenate(centred)
    return np.asarray(both.T @ both / len(both))


def within_class(
    pool: Pool, features: tuple[str, ...], embed: Embed | None = None, turns: int | None = None
) -> list[Matrix]:
    """One covariance a block, averaged over people and turns of the band, since anybody's band is turned.

    Blocks are the closed-form ones and, with `embed`, the network's. `turns`: the first so many, default all.
    Where the pool holds nobody of DATASET, everybody in it counts.
    """
    groups = [group for group in pool.groups if group.dataset == DATASET] or pool.groups
    found = [
        _blocks(pool, group, turn, features, embed)
        for group in groups
        for turn in range(turns or pool.emg.shape[2])
    ]
    return [np.mean(block, axis=0) for block in zip(*found, strict=True)]


def _blocks(
    pool: Pool, group: Group, turn: int, features: tuple[str, ...], embed: Embed | None
) -> list[Matrix]:
    keys = list(group.by)
    emg = {key: np.ascontiguousarray(np.roll(pool.emg[group.by[key][::EVERY]], turn, -1)) for key in keys}
    blocks = [
        pooled({key: closed_form(emg[key], (name,)) for key in keys}, group.labels) for name in features
    ]
    if embed is not None:
        rows = {
            key: embed(emg[key], pool.imu[group.by[key][::EVERY]], closed_form(emg[key], features))
            for key in keys
        }
        blocks.append(pooled(rows, group.labels))
    return blocks


def population_pool(recipe: Recipe, root: Path, say: Callable[[str], None]) -> Pool:
    """The recipe's people of POPULATION, each in one sitting; without any such, all the recipe's.

    Raises what `fill_pool` raises.
    """
    known = [source for source in recipe.sources if source.dataset in POPULATION] or recipe.sources
    sources = tuple(replace(source, days=min(source.days, 1)) for source in known)
    training = replace(recipe.training, hop_ms=HOP_MS)
    return fill_pool(replace(recipe, sources=sources, training=training), root, say)


def population(pool: Pool, features: tuple[str, ...], engine: Engine | None, inputs: Sequence[str]) -> Prior:
    """How people stray within a repetition and between repetitions of one sitting.

    Averaged over turns of the band, then over the people of a set, then over sets. With `engine` the last
    block is the network's, as the device computes it; `inputs` are its inputs in order.
    """
    sets: dict[str, list[Prior]] = {}
    for group in pool.groups:
        turned = [_strays(pool, group, turn, features, engine, inputs) for turn in range(pool.emg.shape[2])]
        sets.setdefault(group.dataset, []).append(_mean(turned))
    return _mean([_mean(people) for people in sets.values()])


def _strays(
    pool: Pool,
    group: Group,
    turn: int,
    features: tuple[str, ...],
    engine: Engine | None,
    inputs: Sequence[str],
) -> Prior:
    rows: dict[tuple[str, int], list[Array]] = {}
    for key, at in group.by.items():
        emg = np.ascontiguousarray(np.roll(pool.emg[at], turn, -1))
        blocks = [closed_form(emg, (name,)) for name in features]
        if engine is not None:
            seen = {"emg": emg, "imu": pool.imu[at], "features": np.concatenate(blocks, axis=1)}
            found = [engine({name: seen[name][i : i + 1] for name in inputs})[1] for i in range(len(at))]
            blocks.append(np.array(found, np.float32).reshape(len(at), -1))
        rows[key] = blocks
    parts = [
        two_covariances({key: blocks[i] for key, blocks in rows.items()})
        for i in range(len(features) + (engine is not None))
    ]
    return Prior(tuple(within for within, _ in parts), tuple(between for _, between in parts))


def two_covariances(rows: Mapping[tuple[str, int], Array]) -> tuple[Matrix, Matrix]:
    """Of windows about their repetition's mean, and of those means about their label's; (feature, feature).

    `rows` by (label, repetition). The second counts its degrees of freedom, for repetitions are few.
    """
    exact = {key: x.astype(np.float64) for key, x in rows.items()}
    windows = np.concatenate([x - x.mean(axis=0) for x in exact.values()])
    labels = sorted({label for label, _ in exact})
    means = [
        np.array([x.mean(axis=0) for (name, _), x in exact.items() if name == label]) for label in labels
    ]
    strays = np.concatenate([m - m.mean(axis=0) for m in means])
    free = max(1, len(exact) - len(labels))
    return np.asarray(windows.T @ windows / len(windows)), np.asarray(strays.T @ strays / free)


def _mean(priors: Sequence[Prior]) -> Prior:
    def over(blocks: Sequence[tuple[Matrix, ...]]) -> tuple[Matrix, ...]:
        return tuple(np.mean(block, axis=0) for block in zip(*blocks, strict=True))

    return Prior(over([one.within for one in priors]), over([one.between for one in priors]))
