"""How people stray from their own mean of a gesture: what helps a calibration of few repetitions."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from myoedge.export.batch_features import closed_form
from myoedge.export.pool import Group, Pool

DATASET = (
    "myo-uci"  # held gestures of many people; words are movements, and one person's days say little of others
)
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
