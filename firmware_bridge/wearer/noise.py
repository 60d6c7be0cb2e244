"""Endless random signals made a block ahead: coloured sources and the wavering of their amplitude."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from myoedge.firmware_bridge.wearer.person import Modulation

Array = NDArray[np.float64]


class Blocks:
    """Hands out any number of rows of an endless array that is made block by block."""

    def __init__(self, make: Callable[[], Array]) -> None:
        self._make = make
        self._block = make()
        self._used = 0

    @property
    def left(self) -> int:
        """Rows until the next block is made, or its whole size where that is now."""
        return len(self._block) - self._used or len(self._block)

    def take(self, n: int) -> Array:
        """The next `n` rows."""
        left = len(self._block) - self._used
        if n <= left:
            self._used += n
            return self._block[self._used - n : self._used]
        parts = [self._block[self._used :]]
        n -= left
        while n > 0:
            self._block = self._make()
            self._used = min(n, len(self._block))
            parts.append(self._block[: self._used])
            n -= self._used
        return np.concatenate(parts)


class Coloured:
    """White noise through a kernel that may change from block to block (overlap-save)."""

    def __init__(self, rng: np.random.Generator, width: int, taps: int, block: int) -> None:
        self._rng, self._width, self._taps, self._size = rng, width, taps, block
        self._past = rng.standard_normal((taps, width))

    def block(self, kernel: Array) -> Array:
        """(block, width) of variance sum(kernel ** 2)."""
        white = np.concatenate((self._past, self._rng.standard_normal((self._size, self._width))))
        self._past = white[-self._taps :]
        length = len(white) + len(kernel)
        spectrum = np.fft.rfft(white, length, axis=0) * np.fft.rfft(kernel, length)[:, None]
        result: Array = np.fft.irfft(spectrum, length, axis=0)[self._taps : self._taps + self._size]
        return result


class Wander:
    """Ornstein-Uhlenbeck processes at a coarse step, drawn straight between their knots."""

    def __init__(self, rng: np.random.Generator, width: int, law: Modulation, rate_hz: float) -> None:
        self._rng, self._width = rng, width
        self._step = max(1, round(min(law.tau_s / 4, 0.05) * rate_hz))  # samples between knots
        self._keep = float(np.exp(-self._step / (law.tau_s * rate_hz)))
        self._new = law.std * float(np.sqrt(1 - self._keep**2))
        self._knots = law.std * rng.standard_normal((1, width))
        self._phase = 0  # samples already drawn past the first knot

    def block(self, n: int) -> Array:
        """(n, width), mean 0."""
        place = (self._phase + np.arange(n)) / self._step
        low = place.astype(np.intp)
        self._extend(low[-1] + 2)
        share = (place - low)[:, None]
        out: Array = self._knots[low] * (1 - share) + self._knots[low + 1] * share
        self._phase += n
        self._knots = self._knots[self._phase // self._step :]
        self._phase %= self._step
        return out

    def _extend(self, knots: int) -> None:
        new = self._new * self._rng.standard_normal((max(0, knots - len(self._knots)), self._width))
        rows = [self._knots]
        for row in new:
            rows.append(self._keep * rows[-1][-1:] + row)
        self._knots = np.concatenate(rows)
