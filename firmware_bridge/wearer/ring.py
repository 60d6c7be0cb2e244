"""Where the channels lie on the arm: the eight fitted electrodes carried to any number, turned, mirrored."""

import numpy as np
from numpy.typing import NDArray

from myoedge.firmware_bridge.wearer.person import RING

Array = NDArray[np.float64]
OWN_SHARE = 0.08  # power that a channel between two fitted electrodes has for itself


class Ring:
    """Carries a mixing matrix of the eight fitted electrodes to the channels of an armband.

    `rotation` is how far the band is turned, in channels of the armband (any fraction); `mirror`: the band is
    on the other way round, turned afterwards.
    """

    def __init__(self, channels: int, rotation: float = 0.0, mirror: bool = False) -> None:
        order = np.arange(channels) if not mirror else -np.arange(channels)
        place = np.mod((order + rotation) * RING / channels, RING)
        self._low = np.floor(place).astype(np.intp) % RING
        self._high = (self._low + 1) % RING
        self._share = place - np.floor(place)  # (channel,) of the upper neighbour
        self._between = self._share > 1e-9

    @property
    def sources(self) -> int:
        """Independent sources that `__call__` wants."""
        return RING + (len(self._share) if self._between.any() else 0)

    def __call__(self, mixing: Array) -> Array:
        """(8, 8) -> (channel, sources). Amplitude goes geometrically from one electrode to the next."""
        share = self._share[:, None]
        rows = (1 - share) * mixing[self._low] + share * mixing[self._high]
        power = (mixing**2).sum(axis=1)
        wanted = power[self._low] ** (1 - self._share) * power[self._high] ** self._share
        if not self._between.any():
            return rows
        own = np.where(self._between, OWN_SHARE, 0.0) * wanted
        rows *= np.sqrt((wanted - own) / (rows**2).sum(axis=1))[:, None]
        return np.hstack((rows, np.diag(np.sqrt(own))))

    def gains(self, eight: Array) -> Array:
        """A value per fitted electrode at the channels: (time, 8) -> (time, channel)."""
        mixed: Array = eight[:, self._low] * (1 - self._share) + eight[:, self._high] * self._share
        return mixed
