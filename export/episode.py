"""One episode: a person calibrates on some repetitions and uses the band on others; a task to learn from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myoedge.export.augment import RNG, draw_wearing, drift, wear_emg, wear_imu
from myoedge.export.batch_features import closed_form
from myoedge.export.pool import Group, Pool

SUPPORT, QUERY = 6, 4  # windows a label
MOST_LABELS = 8
MOST_REPETITIONS = 3  # that calibrate


@dataclass(frozen=True, slots=True, eq=False)
class Episode:
    """Inputs of the network for both halves, support first."""

    emg: NDArray[np.float32]  # (window, time, channel)
    imu: NDArray[np.float32]
    features: NDArray[np.float32]  # (window, feature)
    label: NDArray[np.intp]  # (window,), counted within the episode
    support: NDArray[np.bool_]  # (window,)
    named: NDArray[np.intp]  # (window,) index of the bundle's label, -1 where the bundle does not know it


def draw_episode(
    pool: Pool, group: Group, labels: tuple[str, ...], features: tuple[str, ...], rng: RNG
) -> Episode | None:
    """A random episode of that group; None when too few labels have repetitions on both sides."""
    order = rng.permutation(group.repetitions)
    calibrating = set(order[: rng.integers(1, min(MOST_REPETITIONS, len(order) - 1) + 1)].tolist())
    sides: tuple[list[NDArray[np.intp]], list[NDArray[np.intp]]] = ([], [])
    names: list[str] = []
    for label in rng.permutation(group.labels):
        found = [_windows(group, str(label), calibrating, wanted) for wanted in (True, False)]
        if len(found[0]) and len(found[1]) and len(names) < MOST_LABELS:
            names.append(str(label))
            sides[0].append(rng.choice(found[0], SUPPORT))
            sides[1].append(rng.choice(found[1], QUERY))
    if len(names) < 3:
        return None
    support, query = (np.concatenate(side) for side in sides)
    wearing = draw_wearing(rng)
    later = drift(wearing, rng)
    emg = np.concatenate([wear_emg(pool.emg[support], wearing, rng), wear_emg(pool.emg[query], later, rng)])
    chosen = _imu(pool, group, np.concatenate([support, query]), rng)
    imu = np.concatenate(
        [wear_imu(chosen[: len(support)], wearing, rng), wear_imu(chosen[len(support) :], later, rng)]
    )
    imu[~chosen.any(axis=(1, 2))] = 0  # absent stays absent, not noise
    known = [labels.index(name) if name in labels and wearing.as_recorded else -1 for name in names]
    label = np.concatenate(
        [np.repeat(np.arange(len(names)), SUPPORT), np.repeat(np.arange(len(names)), QUERY)]
    )
    return Episode(
        emg,
        imu,
        closed_form(emg, features),
        label,
        np.arange(len(label)) < len(support),
        np.array(known)[label],
    )


def _windows(group: Group, label: str, calibrating: set[int], wanted: bool) -> NDArray[np.intp]:
    found = [
        at for (name, number), at in group.by.items() if name == label and (number in calibrating) == wanted
    ]
    return np.concatenate(found) if found else np.zeros(0, np.intp)


def _imu(pool: Pool, group: Group, windows: NDArray[np.intp], rng: RNG) -> NDArray[np.float32]:
    """The windows' own IMU or none; where the set has none, now and then somebody's from another movement.

    Held gestures were recorded without an IMU, but a band in use always has one: the network must learn that
    an arm may move while the hand holds still.
    """
    own: NDArray[np.float32] = pool.imu[windows]
    if own.any():
        return own if rng.random() < 0.6 else np.zeros_like(own)
    if len(pool.with_imu) and rng.random() < 0.5:
        own = pool.imu[rng.choice(pool.with_imu, len(windows))]
    return own
