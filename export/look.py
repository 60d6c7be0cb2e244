"""What held-out people reach with a network: calibrated on one repetition, as the device does, and tested."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.covariance import Prior
from myoedge.calibration.example import Example
from myoedge.calibration.fit import fit_head
from myoedge.edge.features import FEATURES
from myoedge.export.batch_features import closed_form
from myoedge.export.pool import Group, Pool
from myoedge.export.prior import Embed, Matrix, within_class

if TYPE_CHECKING:
    from torch import nn

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reached:
    """Accuracy by window, mean over people; the first repetition of a label calibrates, the others test."""

    both: float  # closed-form and network blocks
    network: float  # the network's block alone
    closed_form: float  # closed-form blocks alone


def embed_all(model: "nn.Module", emg: Array, imu: Array, features: Array) -> Array:
    """Embeddings of many windows by the float network, (window, embedding)."""
    import torch

    model.eval()
    with torch.inference_mode():
        parts = [
            model(*(torch.from_numpy(x[at : at + 2048]) for x in (emg, imu, features)))[1].numpy()
            for at in range(0, len(emg), 2048)
        ]
    return np.concatenate(parts)


class HeldOut:
    """Calibrates and tests the people whom `pool` holds out; `prior` is of the closed-form blocks."""

    def __init__(self, pool: Pool, features: tuple[str, ...], prior: Sequence[Matrix]) -> None:
        self._pool, self._features, self._prior = pool, features, list(prior)

    def prior(self, model: "nn.Module") -> list[Matrix]:
        """The closed-form blocks' and the network's own, by the people trained on."""
        return [*self._prior, within_class(self._pool, self._features, _embed(model), turns=1)[-1]]

    def __call__(
        self,
        model: "nn.Module",
        tested: Pool | None = None,
        dead: Sequence[int] = (),
        prior: Sequence[Matrix] | None = None,
    ) -> Reached:
        """Those `tested` holds out, by default the trial's own; all zero where nobody is.

        `dead`: channels that are masked, as the device masks them, in calibration and test alike; `prior`:
        what `prior(model)` gave, where it is asked for more than once.
        """
        blocks = prior or self.prior(model)
        pool = tested or self._pool
        rows = [_tried(pool, group, self._features, _embed(model), blocks, dead) for group in pool.held_out]
        return Reached(*(float(x) for x in np.mean(rows, axis=0))) if rows else Reached(0.0, 0.0, 0.0)


def _embed(model: "nn.Module") -> Embed:
    return lambda emg, imu, closed: embed_all(model, emg, imu, closed)


def touched(features: tuple[str, ...], channels: int, dead: Sequence[int]) -> NDArray[np.bool_]:
    """Closed-form features that a dead channel leaves nothing of, (feature,)."""
    return np.concatenate([FEATURES[name][1](channels)[:, list(dead)].any(axis=1) for name in features])


def _tried(
    pool: Pool,
    group: Group,
    features: tuple[str, ...],
    embed: Embed,
    prior: Sequence[Matrix],
    dead: Sequence[int],
) -> tuple[float, float, float]:
    """Accuracy with all blocks, with the network's alone and without it."""
    edges = np.cumsum([0, *map(len, prior)]).tolist()
    used = np.ones(edges[-1], bool)
    used[: edges[-2]] = ~touched(features, pool.emg.shape[2], dead)
    rows: dict[tuple[str, int], Array] = {}
    for key, at in group.by.items():
        emg = pool.emg[at]
        emg[..., list(dead)] = 0
        closed = closed_form(emg, features)
        rows[key] = np.concatenate([closed, embed(emg, pool.imu[at], closed)], axis=1)
    examples = [
        Example(label, number, x, np.broadcast_to(used, x.shape), np.ones(len(x)))
        for (label, number), x in rows.items()
        if number == 0
    ]
    strays = Prior(tuple(prior), tuple(np.zeros_like(of) for of in prior))
    head = fit_head(examples, list(pairwise(edges)), strays)
    tests = [(label, x) for (label, number), x in rows.items() if number > 0 and label in head.labels]
    x = np.concatenate([x for _, x in tests])
    truth = np.concatenate([np.full(len(x), head.labels.index(label)) for label, x in tests])
    network = np.arange(edges[-1]) >= edges[-2]
    masks = (used, network, used & ~network)
    right = [float(np.mean(head.distances(x, one).argmin(axis=1) == truth)) for one in masks]
    return right[0], right[1], right[2]
