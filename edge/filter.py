"""Causal filters that keep their state between chunks: bit-equal however the samples are cut."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

BLOCK = 32  # samples: a hop or two of an armband, a third of a hop at 2 kHz (our choice)

Section = tuple[float, float, float, float, float]  # b0 b1 b2 a1 a2, with a0 = 1


class Filter:
    """A cascade of biquads over (time, channel) samples, one small matrix product for BLOCK samples.

    The samples are cut into blocks counted from the first one, wherever chunks end. All of a block's output
    is one product `[y, s'] = M [s, x]`, of the same size each time: samples that have not come yet are zeros,
    which no earlier output depends on. So the same operations make each sample. It starts settled on its
    first sample: a constant offset makes no transient.
    """

    def __init__(self, sections: Sequence[Section], channels: int) -> None:
        step = _state_space(sections)
        self._order = len(step) - 1
        self._settled = _settled(step)
        self._matrix = _block_step(step)
        self._block = np.zeros((self._order + BLOCK, channels))  # the state it began with, then its samples
        self._out = np.zeros((BLOCK + self._order, channels))  # its output, then the state it ends with
        self._filled = 0  # samples of the block that are there
        self._started = False

    def reset(self) -> None:
        """Forget the past; the next sample is a first one."""
        self._started = False

    def __call__(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Filter (time, channel) samples; returns the same shape (without sections, the same array)."""
        if not self._order:
            return samples
        if not self._started and len(samples):
            self._begin(self._settled[:, None] * samples[0])
            self._started = True
        made = np.empty_like(samples)
        at = 0
        while at < len(samples):
            stop = min(len(samples), at + BLOCK - self._filled)
            filled = self._filled + stop - at
            self._block[self._order + self._filled : self._order + filled] = samples[at:stop]
            np.matmul(self._matrix, self._block, out=self._out)
            made[at:stop] = self._out[self._filled : filled]
            self._filled, at = filled, stop
            if filled == BLOCK:
                self._begin(self._out[BLOCK:])
        return made

    def _begin(self, state: NDArray[np.float64]) -> None:
        self._block[: self._order] = state
        self._block[self._order :] = 0
        self._filled = 0


def _block_step(step: NDArray[np.float64]) -> NDArray[np.float64]:
    """`step` taken BLOCK times: (state and samples of a block) -> (its output and the state after it)."""
    order = len(step) - 1
    matrix = np.zeros((BLOCK + order, order + BLOCK))
    state = np.eye(order, order + BLOCK)
    for row in range(BLOCK):
        sample = np.eye(1, order + BLOCK, order + row)
        both = step @ np.concatenate([sample, state])
        matrix[row], state = both[0], both[1:]
    matrix[BLOCK:] = state
    return matrix


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
