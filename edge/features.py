"""Closed-form features of one window: log time-domain (Hudgins) and matrix-log covariance.

The pair is what the classic bundle decides on: 4 values a channel and the C (C + 1) / 2 values of the
logarithm of the channel covariance (Barachant et al., IEEE TBME 59(4) 2012, log-Euclidean form). Amplitudes
are in counts of an 8-bit armband (or brought there by the profile's gain); the floors are in those units.
Sums are called as `add.reduce`: `mean` and `sum` cost more in their Python than in the sum itself.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

FLOOR = 0.5  # counts, and counts squared: the quantisation noise of an 8-bit armband
SHRINK = 0.02  # share of the mean variance mixed into the covariance
COUNTED_OVER = 40  # crossings are given per this many samples, so that any rate and window has one scale


def log_time_domain(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """log MAV, log WL, zero crossings, slope sign changes: (time, channel) -> (4 * channel,)."""
    rows, channels = window.shape
    both = np.zeros((2, rows, channels), np.float32)  # the signal about its mean, and its steps
    signal, steps = both[0], both[1, :-1]
    np.subtract(window, np.add.reduce(window, axis=0) / np.float32(rows), out=signal)
    np.subtract(signal[1:], signal[:-1], out=steps)
    out = np.empty((4, channels), np.float32)
    amplitudes, crossings = out[:2], out[2:]
    np.add.reduce(np.abs(both), axis=1, out=amplitudes)
    amplitudes[0] /= rows
    amplitudes += FLOOR
    np.log(amplitudes, out=amplitudes)
    np.multiply(np.add.reduce(both[:, 1:] * both[:, :-1] < 0, axis=1), _counted(rows), out=crossings)
    return out.reshape(-1)


@cache
def _counted(rows: int) -> NDArray[np.float64]:
    """What scales zero crossings and slope sign changes, (2, 1)."""
    return COUNTED_OVER / np.array([[rows - 1.0], [rows - 2.0]])


def tangent(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """Upper triangle of the matrix logarithm of the covariance: (time, channel) -> (C (C + 1) / 2,)."""
    rows, channels = window.shape
    x = window.astype(np.float64)
    x -= np.add.reduce(x, axis=0) / rows
    cov = x.T @ x
    cov *= (1 - SHRINK) / rows
    diagonal = cov.reshape(-1)[:: channels + 1]
    diagonal += SHRINK / (1 - SHRINK) * np.add.reduce(diagonal) / channels + FLOOR
    values, vectors = np.linalg.eigh(cov)
    log = (vectors * np.log(values)) @ vectors.T
    i, j, weight = _triangle(channels)
    upper: NDArray[np.float32] = (log.take(i * channels + j) * weight).astype(np.float32)
    return upper


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
