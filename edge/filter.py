"""Causal filters that keep their state between chunks: bit-equal however the samples are cut."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Section = tuple[float, float, float, float, float]  # b0 b1 b2 a1 a2, with a0 = 1


class Filter:
    """A cascade of biquads over (time, channel) samples, one small matrix product a sample.

    The whole cascade is one state-space step `[y, s'] = M [x, s]`, so each sample is computed by the same
    operations wherever a chunk ends. It starts settled on its first sample: a constant offset makes no
    transient.
    """

    def __init__(self, sections: Sequence[Section], channels: int) -> None:
        self._matrix = _state_space(sections)
        self._settled = _settled(self._matrix)
        self._now = np.zeros((len(self._matrix), channels))
        self._next = np.zeros_like(self._now)
        self._started = False

    def reset(self) -> None:
        """Forget the past; the next sample is a first one."""
        self._started = False

    def __call__(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Filter (time, channel) samples; returns the same shape (without sections, the same array)."""
        if len(self._matrix) == 1:
            return samples
        out = np.empty_like(samples)
        if not self._started and len(samples):
            self._now[1:] = self._settled[:, None] * samples[0]
            self._started = True
        matrix, now, after = self._matrix, self._now, self._next
        for row, result in zip(samples, out, strict=True):
            now[0] = row
            np.matmul(matrix, now, out=after)
            result[:] = after[0]
            now, after = after, now
        self._now, self._next = now, after
        return out


def _state_space(sections: Sequence[Section]) -> NDArray[np.float64]:
    """One step of the cascade in transposed direct form II, (1 + 2n, 1 + 2n)."""
    size = 1 + 2 * len(sections)
    matrix = np.eye(1, size)[0]  # the running signal as a row over [x, s]
    rows = [matrix]
    signal = matrix
    for i, (b0, b1, b2, a1, a2) in enumerate(sections):
        s1, s2 = np.eye(size)[1 + 2 * i], np.eye(size)[2 + 2 * i]
        out = b0 * signal + s1
        rows += [b1 * signal - a1 * out + s2, b2 * signal - a2 * out]
        signal = out
    rows[0] = signal
    return np.stack(rows)


def _settled(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The state that a constant input of one ends in."""
    if len(matrix) == 1:
        return np.zeros(0)
    inner = np.eye(len(matrix) - 1) - matrix[1:, 1:]
    return np.asarray(np.linalg.solve(inner, matrix[1:, 0]), np.float64)


def high_pass(cutoff_hz: float, rate_hz: float, order: int = 2) -> list[Section]:
    """Butterworth high-pass of even order as biquads (bilinear transform, cut-off pre-warped)."""
    return _butterworth(cutoff_hz, rate_hz, order, lambda k: (1.0, -2.0, 1.0))


def low_pass(cutoff_hz: float, rate_hz: float, order: int = 2) -> list[Section]:
    """Butterworth low-pass of even order as biquads (bilinear transform, cut-off pre-warped)."""
    return _butterworth(cutoff_hz, rate_hz, order, lambda k: (k * k, 2 * k * k, k * k))


def _butterworth(
    cutoff_hz: float, rate_hz: float, order: int, zeros: Callable[[float], tuple[float, float, float]]
) -> list[Section]:
    k = float(np.tan(np.pi * cutoff_hz / rate_hz))
    sections: list[Section] = []
    for i in range(order // 2):
        damping = 2 * np.sin(np.pi * (2 * i + 1) / (2 * order))
        norm = 1 + damping * k + k * k
        sections.append(_section(*zeros(k), 2 * (k * k - 1), 1 - damping * k + k * k, norm))
    return sections


def notch(centre_hz: float, rate_hz: float, quality: float = 30.0) -> list[Section]:
    """Second-order notch at `centre_hz`, 3 dB wide over centre / quality (bilinear transform, pre-warped)."""
    w = 2 * np.pi * centre_hz / rate_hz
    alpha, cosine = float(np.tan(w / (2 * quality))), float(np.cos(w))
    return [_section(1.0, -2 * cosine, 1.0, -2 * cosine, 1 - alpha, 1 + alpha)]


def _section(b0: float, b1: float, b2: float, a1: float, a2: float, norm: float) -> Section:
    return (float(b0 / norm), float(b1 / norm), float(b2 / norm), float(a1 / norm), float(a2 / norm))
