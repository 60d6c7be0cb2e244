"""Closed-form features of one window: log time-domain (Hudgins) and matrix-log covariance.

The pair is what the classic bundle decides on: 4 values a channel and the C (C + 1) / 2 values of the logarithm
of the channel covariance (Barachant et al., IEEE TBME 59(4) 2012, log-Euclidean form). Amplitudes are in counts
of an 8-bit armband (or brought there by the profile's gain); the floors below are in those units.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

FLOOR = 0.5  # counts, and counts squared: the quantisation noise of an 8-bit armband
SHRINK = 0.02  # share of the mean variance mixed into the covariance


def log_time_domain(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """log MAV, log WL, zero crossings, slope sign changes: (time, channel) -> (4 * channel,)."""
    x = window - window.mean(axis=0)
    d = np.diff(x, axis=0)
    rows = (
        np.log(np.abs(x).mean(axis=0) + FLOOR),
        np.log(np.abs(d).sum(axis=0) + FLOOR),
        (x[1:] * x[:-1] < 0).mean(axis=0) * COUNTED_OVER,
        (d[1:] * d[:-1] < 0).mean(axis=0) * COUNTED_OVER,
    )
    return np.concatenate(rows).astype(np.float32)


COUNTED_OVER = 40  # crossings are given per this many samples, so that any rate and window has one scale


def tangent(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """Upper triangle of the matrix logarithm of the covariance: (time, channel) -> (C (C + 1) / 2,)."""
    x = (window - window.mean(axis=0)).astype(np.float64)
    cov = x.T @ x / len(x)
    cov *= 1 - SHRINK
    cov.flat[:: len(cov) + 1] += SHRINK / (1 - SHRINK) * np.trace(cov) / len(cov) + FLOOR
    values, vectors = np.linalg.eigh(cov)
    log = (vectors * np.log(values)) @ vectors.T
    rows, columns, weight = _triangle(len(cov))
    return (log[rows, columns] * weight).astype(np.float32)


@cache
def _triangle(channels: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    rows, columns = np.triu_indices(channels)
    return rows, columns, np.where(rows == columns, 1.0, np.sqrt(2.0))


def log_time_domain_channels(channels: int) -> NDArray[np.bool_]:
    """Which channel each value of `log_time_domain` depends on: (value, channel)."""
    return np.tile(np.eye(channels, dtype=bool), (4, 1))


def tangent_channels(channels: int) -> NDArray[np.bool_]:
    """Which channels each value of `tangent` belongs to: (value, channel)."""
    rows, columns, _ = _triangle(channels)
    eye = np.eye(channels, dtype=bool)
    return np.asarray(eye[rows] | eye[columns])


FEATURES = {
    "log_time_domain": (log_time_domain, log_time_domain_channels),
    "tangent": (tangent, tangent_channels),
}
