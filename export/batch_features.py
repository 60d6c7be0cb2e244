"""The edge's closed-form features for many windows at once: what training needs thousands of times a second.

Same values as `edge/features.py`, which is what the device runs; the tests hold both together.
"""

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.features import COUNTED_OVER, FLOOR, SHRINK

Array = NDArray[np.float32]


def log_time_domain(windows: Array) -> Array:
    """(window, time, channel) -> (window, 4 * channel); see edge/features.py."""
    x = windows - windows.mean(axis=1, keepdims=True)
    d = np.diff(x, axis=1)
    rows = (
        np.log(np.abs(x).mean(axis=1) + FLOOR),
        np.log(np.abs(d).sum(axis=1) + FLOOR),
        (x[:, 1:] * x[:, :-1] < 0).mean(axis=1) * COUNTED_OVER,
        (d[:, 1:] * d[:, :-1] < 0).mean(axis=1) * COUNTED_OVER,
    )
    return np.concatenate(rows, axis=1).astype(np.float32)


def tangent(windows: Array) -> Array:
    """(window, time, channel) -> (window, C (C + 1) / 2); see edge/features.py."""
    x = (windows - windows.mean(axis=1, keepdims=True)).astype(np.float64)
    channels = x.shape[2]
    cov = x.transpose(0, 2, 1) @ x / x.shape[1]
    cov *= 1 - SHRINK
    diagonal = np.arange(channels)
    trace = np.trace(cov, axis1=1, axis2=2)[:, None]
    cov[:, diagonal, diagonal] += SHRINK / (1 - SHRINK) * trace / channels + FLOOR
    values, vectors = np.linalg.eigh(cov)
    log = (vectors * np.log(values)[:, None, :]) @ vectors.transpose(0, 2, 1)
    rows, columns = np.triu_indices(channels)
    return np.asarray(log[:, rows, columns] * np.where(rows == columns, 1.0, np.sqrt(2.0)), np.float32)


BLOCKS = {"log_time_domain": log_time_domain, "tangent": tangent}


def closed_form(windows: Array, names: tuple[str, ...]) -> Array:
    """All blocks of a bundle's features, (window, feature)."""
    return np.concatenate([BLOCKS[name](windows) for name in names], axis=1)
