"""A movement as the word network sees it: 48 cells of equal length, and tokens that average over them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.segment import GYRO, Cut
from myoedge.edge.word_features import FLOOR, rotation

Array = NDArray[np.float32]

CELLS = 48
TOKENS = 12
REACH = 0.75  # half the span of a token, in spans of a twelfth: neighbours overlap by half
POWER = 0.3  # counts squared, added where correlations are taken


@dataclass(frozen=True, slots=True)
class Cells:
    """Means over the cells: products of channels, magnitudes, steps; then the nine of the IMU."""

    emg: Array  # (..., CELLS, channel (channel + 1) / 2 + 2 channel)
    imu: Array  # (..., CELLS, 9); zeros where there was none
    log_length: Array  # (...,) of seconds


def cells_of(cut: Cut, imu_rate_hz: float) -> Cells:
    """The cells of one movement."""
    x = cut.emg.astype(np.float64)
    rows, columns = np.triu_indices(x.shape[1])
    steps = np.abs(np.diff(x, axis=0, prepend=x[:1]))
    emg = _averaged(np.concatenate([x[:, rows] * x[:, columns], np.abs(x), steps], axis=1))
    imu = np.zeros((CELLS, 9), np.float32)
    if cut.imu is not None:
        y = cut.imu.astype(np.float64)
        imu = _averaged(np.concatenate([y, rotation(y[:, GYRO], imu_rate_hz)], axis=1))
    seconds = (cut.end_ns - cut.start_ns) / 1e9
    return Cells(emg, imu, np.float32(np.log(seconds)) * np.ones((), np.float32))


def _averaged(x: NDArray[np.float64]) -> Array:
    """Mean over each of `CELLS` equal spans, parts of samples included, (time, value) -> (CELLS, value)."""
    total = np.concatenate([np.zeros((1, x.shape[1])), np.cumsum(x, axis=0)])
    edges = np.linspace(0, len(x), CELLS + 1)
    low = np.minimum(edges.astype(np.intp), len(x) - 1)
    share = (edges - low)[:, None]
    at_edges = total[low] * (1 - share) + total[low + 1] * share
    means: Array = (np.diff(at_edges, axis=0) * (CELLS / len(x))).astype(np.float32)
    return means


def tokens_of(cells: Cells, weights: Array | None = None) -> tuple[Array, Array]:
    """EMG tokens (..., TOKENS, 2 channel + pairs) and IMU tokens (..., TOKENS, 16).

    `weights` (..., TOKENS, CELLS) average over cells; training jitters them, the default is even.
    """
    weights = even_weights() if weights is None else weights
    emg, imu = weights @ cells.emg, weights @ cells.imu
    channels = _channels(emg.shape[-1])
    products, amplitudes = emg[..., : -2 * channels], emg[..., -2 * channels :]
    rows, columns = np.triu_indices(channels)
    diagonal = np.flatnonzero(rows == columns)
    power = products[..., diagonal] + POWER
    pairs = np.flatnonzero(rows != columns)
    correlations = products[..., pairs] / np.sqrt(power[..., rows[pairs]] * power[..., columns[pairs]])
    moving = cells.imu[..., :6]
    variance = weights @ moving**2 - imu[..., :6] ** 2
    spread = np.log(np.sqrt(np.maximum(variance, 1e-6)) + 0.01)
    length = np.broadcast_to(cells.log_length[..., None, None], (*imu.shape[:-1], 1))
    return (
        np.concatenate([np.log(amplitudes + FLOOR), correlations], axis=-1).astype(np.float32),
        np.concatenate([imu, spread, length], axis=-1).astype(np.float32),
    )


@cache
def even_weights() -> Array:
    """(TOKENS, CELLS), each token over `REACH` spans to either side of its middle."""
    return weights_of(np.linspace(0, CELLS, TOKENS + 1, dtype=np.float64))


def weights_of(edges: NDArray[np.float64]) -> Array:
    """Averages over cells for tokens between those edges, (..., TOKENS + 1) cells -> (..., TOKENS, CELLS)."""
    middle = (edges[..., 1:] + edges[..., :-1]) / 2
    half = np.maximum(edges[..., 1:] - edges[..., :-1], 1.0) * REACH
    away = np.abs(np.arange(CELLS) + 0.5 - middle[..., None])
    weights = np.clip(half[..., None] - away + 0.5, 0, 1) + 1e-6
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True), np.float32)


def _channels(values: int) -> int:
    """c (c + 1) / 2 products and 2 c amplitudes, solved for c."""
    return int((np.sqrt(25 + 8 * values) - 5) / 2)
